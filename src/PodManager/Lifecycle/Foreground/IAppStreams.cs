using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>What connects the user's streams with an app's while podctl is in the foreground.</summary>
internal interface IAppStreams : IDisposable
{
    /// <summary>Readable once all that the app wrote has been passed on, after <see cref="AppHasEnded"/>.</summary>
    Fd Drained { get; }

    /// <summary>The file whose opening says that the app has ended; null if its status says so.</summary>
    string? EndMarker { get; }

    /// <summary>Begins to copy.</summary>
    void Start(PodLeader leader);

    /// <summary>The app has its streams open.</summary>
    void AppHasStarted();

    /// <summary>Nothing more will be written; what was is still being passed on.</summary>
    void AppHasEnded();

    /// <summary>Everything is passed on and logged: the pod may write the app's status and end.</summary>
    void ReleaseStatus();

    /// <summary>The user's terminal has another size.</summary>
    void Resize();

    /// <summary>Waits, not for long, until what there is has been passed on.</summary>
    /// <returns>What was lost, for the user; null if nothing.</returns>
    string? Finish();
}

namespace PodManager.Lifecycle.Foreground;

/// <summary>What connects the user's streams with an app's while podctl is in the foreground.</summary>
internal interface IAppStreams : IDisposable
{
    /// <summary>Begins to copy.</summary>
    void Start(PodLeader leader);

    /// <summary>The app has its streams open.</summary>
    void AppHasStarted();

    /// <summary>The app has ended: what it wrote is taken and logged, and the pod may end. What is still to be written to the user waits for <see cref="Finish"/>.</summary>
    void AppHasEnded();

    /// <summary>The user's terminal has another size.</summary>
    void Resize();

    /// <summary>Waits until everything has been passed on to the user.</summary>
    /// <returns>False when the time was up.</returns>
    bool Finish(TimeSpan timeout);

    /// <summary>What of the journal was lost, for the user; null if nothing.</summary>
    string? Loss { get; }

    /// <summary>Why the app's output could not all be written to podctl's own streams; null if it was.</summary>
    string? OutputFailure { get; }
}

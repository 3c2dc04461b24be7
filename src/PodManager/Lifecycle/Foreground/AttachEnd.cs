namespace PodManager.Lifecycle.Foreground;

/// <summary>How it came that somebody is not attached any more.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Signal">The signal that podctl got, if that was it.</param>
internal sealed record AttachEnd(AttachEndKind Kind, int Signal = 0);

/// <summary>What ends an attachment.</summary>
internal enum AttachEndKind
{
    /// <summary>The app has ended, and everything it wrote has come.</summary>
    AppEnded,

    /// <summary>Nobody holds the app's streams any more.</summary>
    Lost,

    /// <summary>The user typed the keys for it.</summary>
    Left,

    /// <summary>There is nothing more to pass on: the input has ended and nothing else was asked for, or nobody reads the output.</summary>
    NothingLeft,

    /// <summary>podctl is to end.</summary>
    Signal,
}

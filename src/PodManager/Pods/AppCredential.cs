namespace PodManager.Pods;

/// <summary>A secret for an app (systemd.exec(5), "Credentials"). Its content is nowhere on the disk but where it comes from.</summary>
/// <param name="Name">The file's name in the app's $CREDENTIALS_DIRECTORY.</param>
/// <param name="Source">The host's file that holds it, absolute; read when the pod is started.</param>
internal sealed record AppCredential(string Name, string Source)
{
    /// <summary>All of an app's together have at most this (systemd.exec(5), LoadCredential=).</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>systemd takes what can be a file's name and has neither colons nor control characters; a name of anything else is somebody's mistake.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 255 && text is not ("." or "..") && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@');
}

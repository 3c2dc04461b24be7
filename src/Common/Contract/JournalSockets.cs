namespace Common.Contract;

/// <summary>
/// The sockets of the pod's journald that apps log to. Beside them it has one by which the root of an app could have it leave the host's directory, and so lose what others log from then on
/// (io.systemd.Journal, varlinkctl(1)); no app sees that.
/// </summary>
internal static class JournalSockets
{
    public const string Directory = "/run/systemd/journal";

    /// <summary>Names in there; an app has an empty file of each name, which its unit covers.</summary>
    public static IReadOnlyList<string> Names { get; } = ["dev-log", "socket", "stdout"];
}

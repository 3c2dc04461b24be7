using Common.Contract;

namespace PodManager.Units;

/// <summary>
/// What an app in the background finds as /dev/stdout and /dev/stderr. Its own output is a socket of journald's, which cannot be opened by a name (ENXIO), and many images link their
/// log files to these names. So they are a fifo; when somebody first writes to it, systemd starts a cat(1) that passes it on to the journal.
/// </summary>
internal static class OutputFifo
{
    public static string SocketOf(string app) => $"{app}-output.socket";

    public static string ServiceOf(string app) => $"{app}-output.service";

    /// <summary>Takes what nobody has read so far. That nothing more is there is an error to dd(1) (EAGAIN).</summary>
    public static string DrainCommand(string app) => $"/usr/bin/dd if={OutputFifos.PathOf(app)} iflag=nonblock bs=64k status=none 2>/dev/null || :";

    /// <param name="app">Whose output.</param>
    /// <param name="relations">Lines of the unit about others, each with its line break.</param>
    public static string Socket(string app, string relations = "") => $"""
        [Unit]
        DefaultDependencies=no
        {relations}
        [Socket]
        ListenFIFO={OutputFifos.PathOf(app)}
        SocketMode=0622
        Service={ServiceOf(app)}

        """;

    public static string Service(string app, string relations = "") => $"""
        [Unit]
        Description=Output of {app} by name
        DefaultDependencies=no
        Requires=systemd-journald.socket
        After=systemd-journald.socket
        {relations}
        [Service]
        Type=simple
        ExecStart=/usr/bin/cat
        StandardInput=socket
        StandardOutput=journal
        SyslogIdentifier={app}
        SyslogLevelPrefix=no

        """;
}

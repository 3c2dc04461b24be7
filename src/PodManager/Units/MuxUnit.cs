using Common.Contract;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>
/// The service that holds the streams of an app in the background for those who attach, and its command in the app's own service. Its name has a dot, which no app's has.
/// </summary>
internal static class MuxUnit
{
    public static string NameOf(string app) => $"{app}.mux.service";

    /// <summary>In the app's service, after the app: returns once all it wrote is in the journal. Without the app's variables.</summary>
    public static string DrainCommand(AppSpec app) => $"{CleanEnvironment.Program} -i {UnitText.Quote(app.StreamProgram!)} {MuxProtocol.DrainVerb} {app.Name}";

    /// <param name="app">Whose streams.</param>
    /// <param name="relations">Lines of the unit about others, each with its line break.</param>
    public static string Text(AppSpec app, string relations = "") => $"""
        [Unit]
        Description=Streams of {app.Name}
        DefaultDependencies=no
        Requires=systemd-journald.socket
        After=systemd-journald.socket
        StopWhenUnneeded=yes
        {relations}
        [Service]
        Type=notify
        ExecStart={UnitText.CommandLine(app.StreamProgram!, ["stage1", MuxProtocol.MuxVerb, app.Name, .. Modes(app), $"{app.Uid}", $"{app.Gid}"])}
        # it becomes nobody by itself, once it has made what it needs
        CapabilityBoundingSet=CAP_CHOWN CAP_FOWNER CAP_SETGID CAP_SETUID
        NoNewPrivileges=yes
        OOMScoreAdjust=-250
        Environment=MEMORY_PRESSURE_WATCH=/dev/null
        # what opens a fifo that nobody reads waits for ever, and the app's last commands open its streams
        ExecStopPost=+/bin/sh -c 'for f in {string.Join(' ', MuxProtocol.Streams.Select(stream => MuxProtocol.StreamOf(app.Name, stream)))}; do ln -sfn /dev/null $$f; done; rm -f {MuxProtocol.PathOf(app.Name)}'
        TimeoutStopSec=5

        """;

    private static IEnumerable<string> Modes(AppSpec app) => [StreamModes.Word(app.Modes.Stdin), StreamModes.Word(app.Modes.Stdout), StreamModes.Word(app.Modes.Stderr)];
}

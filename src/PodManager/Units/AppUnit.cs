using System.Text;
using Common.Contract;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>The service that runs one app, for the pod's own systemd.</summary>
internal static class AppUnit
{
    /// <summary>How long an app has between its stop signal and SIGKILL.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RestartDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(60);
    private const int RestartSteps = 10;

    // systemd takes 1 MiB.
    private const int LongestLineBytes = 1_000_000;

    public static string NameOf(string app) => $"{app}.service";

    public static string Text(AppSpec app)
    {
        StringBuilder unit = new();
        void Line(string line) => Append(unit, app, line);

        Line("[Unit]");
        Line($"Description={UnitText.Line(app.Description)}");
        Line("DefaultDependencies=no");
        if (app.ComesAndGoes)
        {
            Line("Requires=systemd-journald.socket");
            Line("After=systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service");
            Line(PodUnits.StoppedAtTheEnd);
        }
        else
        {
            Line($"Requires=systemd-journald.socket {PodUnits.AppsTarget}");
            Line($"After=systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service {PodUnits.AppsTarget}");
        }

        if (app.WaitsForNetwork)
        {
            Line($"Requires={NetworkUnit.Name}");
            Line($"After={NetworkUnit.Name}");
        }

        if (app.After.Count > 0)
        {
            Line($"After={string.Join(' ', app.After.Select(NameOf))}");
        }

        if (app.Health is not null)
        {
            Line($"Wants={string.Join(' ', HealthUnits.WantedBy(app))}");
        }

        if (app.HasMux)
        {
            Line($"Requires={MuxUnit.NameOf(app.Name)}");
            Line($"After={MuxUnit.NameOf(app.Name)}");
        }

        if (app.HasOutputFifo)
        {
            Line($"Requires={OutputFifo.SocketOf(app.Name)}");
            Line($"After={OutputFifo.SocketOf(app.Name)}");
        }

        if (StatusCommand.EndsByFailureAction(app))
        {
            Line("# the first failure of an app ends the pod");
            Line("FailureAction=exit");
        }
        else
        {
            Line("# however often that is");
            Line("StartLimitIntervalSec=0");
        }

        Line("[Service]");
        if (app.Notify)
        {
            Line("Type=notify");
            Line("# any process of the app may say that it is up, and may take its time");
            Line("NotifyAccess=all");
            Line("TimeoutStartSec=infinity");
        }
        else
        {
            Line("Type=exec");
        }

        if (app.Restart != RestartPolicy.No)
        {
            Line($"Restart={app.Restart.Word()}");
            Line($"RestartSec={RestartDelay.TotalMilliseconds:0}ms");
            if (app.HasRestartSteps)
            {
                Line("# each time longer, up to the longest");
                Line($"RestartSteps={RestartSteps}");
                Line($"RestartMaxDelaySec={LongestRestartDelay.TotalSeconds:0}");
                Line("# an app that is to be started again has not failed in between");
                Line("RestartMode=direct");
            }
        }

        Line($"ExecStart={UnitText.CommandLine(app.Program, app.Arguments)}");
        ConfinementLines.Write(app, Line);
        Streams(app, Line);
        Line($"SyslogIdentifier={app.Name}");
        Line("SyslogLevelPrefix=no");
        Line("IgnoreSIGPIPE=no");
        Line($"KillSignal={app.StopSignal}");
        Line("# as container runtimes do it: the main process is asked, the rest is killed once it is gone");
        Line("KillMode=mixed");
        Line($"TimeoutStopSec={StopTimeout.TotalSeconds:0}");
        Line("OOMPolicy=continue");
        if (app.HasMux)
        {
            Line("# the status says that the journal is complete");
            Line($"ExecStopPost=-+{MuxUnit.DrainCommand(app)}");
        }

        Line($"ExecStopPost=+{StatusCommand.Of(app)}");
        return unit.ToString();
    }

    /// <exception cref="PodctlException">It is too long for a unit file.</exception>
    public static void Append(StringBuilder unit, AppSpec app, string line) =>
        unit.Append(Encoding.UTF8.GetByteCount(line) <= LongestLineBytes ? line : throw TooLong(app, line)).Append('\n');

    private static PodctlException TooLong(AppSpec app, string line) => new(
        ExitCode.RunFailed,
        $"cannot run app '{app.Name}': {Encoding.UTF8.GetByteCount(line)} bytes of {(line.StartsWith("ExecStart", StringComparison.Ordinal) ? "arguments" : "one setting")} are more than a line of a unit file may have, {LongestLineBytes}",
        "a file or standard input takes more");

    private static void Streams(AppSpec app, Action<string> line)
    {
        switch (app.Streams)
        {
            case AppStreams.Journal:
                Held(app, line);
                break;
            case AppStreams.Foreground:
                line(app.HasInput ? $"StandardInput=file:{Exchange.InsidePod}/{Exchange.Stdin(app.Name)}" : "StandardInput=null");
                line($"StandardOutput=file:{Exchange.InsidePod}/{Exchange.Stdout(app.Name)}");
                line($"StandardError=file:{Exchange.InsidePod}/{Exchange.Stderr(app.Name)}");
                break;
            case AppStreams.Console:
                line("StandardInput=tty-force");
                line("StandardOutput=tty");
                line("StandardError=tty");
                line("TTYPath=/dev/console");
                break;
        }
    }

    private static void Held(AppSpec app, Action<string> line)
    {
        string File(string stream) => $"file:{MuxProtocol.StreamOf(app.Name, stream)}";
        string Output(StreamMode mode, string stream) => mode switch { StreamMode.Stream => File(stream), StreamMode.Tty => "tty", StreamMode.Null => "null", _ => "journal" };
        line($"StandardInput={app.Modes.Stdin switch { StreamMode.Stream => File("stdin"), StreamMode.Tty => "tty-force", _ => "null" }}");
        line($"StandardOutput={Output(app.Modes.Stdout, "stdout")}");
        line($"StandardError={Output(app.Modes.Stderr, "stderr")}");
        if (app.Modes.HasTerminal)
        {
            line($"TTYPath={MuxProtocol.StreamOf(app.Name, "tty")}");
        }
    }
}

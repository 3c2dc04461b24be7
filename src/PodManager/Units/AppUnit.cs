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

    // What systemd would add to every service's environment and no image expects.
    private const string Unset = "INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID LANG MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE";

    // systemd takes 1 MiB.
    private const int LongestLineBytes = 1_000_000;

    public static string NameOf(string app) => $"{app}.service";

    public static string Text(AppSpec app)
    {
        StringBuilder unit = new();
        void Line(string line) => unit.Append(Encoding.UTF8.GetByteCount(line) <= LongestLineBytes ? line : throw TooLong(app, line)).Append('\n');

        Line("[Unit]");
        Line($"Description={UnitText.Line(app.Description)}");
        Line("DefaultDependencies=no");
        if (app.ComesAndGoes)
        {
            Line("Requires=systemd-journald.socket");
            Line("After=systemd-journald.socket systemd-journald.service");
            Line(PodUnits.StoppedAtTheEnd);
        }
        else
        {
            Line($"Requires=systemd-journald.socket {PodUnits.AppsTarget}");
            Line($"After=systemd-journald.socket systemd-journald.service {PodUnits.AppsTarget}");
        }

        if (app.After.Count > 0)
        {
            Line($"After={string.Join(' ', app.After.Select(NameOf))}");
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

        if (app is { Restart: RestartPolicy.No, ComesAndGoes: false })
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
        Line("Type=exec");
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
        Line($"RootDirectory=/opt/stage2/{app.Name}/rootfs");
        Line("# the last commands run in the pod's own root, not in the app's");
        Line("RootDirectoryStartOnly=yes");
        Line("# a mount namespace, so that the root is changed by pivot_root(2): chroot(2) alone can be left with CAP_SYS_CHROOT");
        Line("PrivateMounts=yes");
        Line("MountAPIVFS=no");
        Line($"WorkingDirectory={UnitText.Line(app.WorkingDirectory)}");
        if (app.Uid != 0 || app.Gid != 0 || app.SupplementaryGids.Count > 0)
        {
            // Not for root, which it is anyway: to change users beside a filter of system calls, systemd gives up privileges that root has back at exec, and the kernel then
            // hides the process from others of the app (PR_SET_DUMPABLE, prctl(2)).
            Line($"User={app.Uid}");
            Line($"Group={app.Gid}");
        }

        if (app.SupplementaryGids.Count > 0)
        {
            Line($"SupplementaryGroups={string.Join(' ', app.SupplementaryGids)}");
        }

        foreach (string variable in app.Environment)
        {
            Line($"Environment={UnitText.Quote(variable)}");
        }

        Line($"UnsetEnvironment={UnsetExcept(app.Environment)}");
        foreach (string credential in app.Credentials)
        {
            Line($"LoadCredential={credential}:{AppSecrets.DirectoryOf(app.Name)}/{credential}");
        }

        IsolationLines.Write(app.Isolation, Line);
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

        Line($"ExecStopPost=+{StatusCommand(app)}");
        return unit.ToString();
    }

    private static PodctlException TooLong(AppSpec app, string line) => new(
        ExitCode.RunFailed,
        $"cannot run app '{app.Name}': {Encoding.UTF8.GetByteCount(line)} bytes of {(line.StartsWith("ExecStart", StringComparison.Ordinal) ? "arguments" : "one setting")} are more than a line of a unit file may have, {LongestLineBytes}",
        "a file or standard input takes more");

    /// <summary>What the image sets itself must stay, even under a name that systemd uses.</summary>
    private static string UnsetExcept(IReadOnlyList<string> environment) => string.Join(
        ' ', Unset.Split(' ').Where(name => !environment.Any(e => e.StartsWith(name + "=", StringComparison.Ordinal))));

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

    /// <summary>
    /// Leaves the exit status in a file that is there already, empty and with its block on the disk, in one write(2); it counts once the line is complete. A podctl that is attached is told by a fifo, which is opened for reading too,
    /// so that this waits for nobody. In the foreground it then waits for the lock that podctl holds until it has read and logged all output: journald is still
    /// there, and this process, in the app's own cgroup, is whom the last lines are logged for. In the background it passes on what is left in the output's fifo. Of an app that is
    /// started again every status overwrites the one before, so that all are of one length.
    /// </summary>
    private static string StatusCommand(AppSpec app)
    {
        string file = $"{Exchange.InsidePod}/{Exchange.StatusDirectory}/{app.Name}";
        string tell = app.Streams == AppStreams.Journal ? "" : $"; echo 1<>{Exchange.InsidePod}/{Exchange.End(app.Name)}";
        string wait = app.Streams == AppStreams.Foreground
            ? $"; exec /usr/bin/flock --shared 9 9<{Exchange.InsidePod}/{Exchange.DrainLock(app.Name)}"
            : app.HasOutputFifo ? $"; {OutputFifo.DrainCommand(app.Name)}" : "";

        // An app that ends at once must not end the pod before journald is there to take its lines: this socket is the last that it makes.
        const string ready = "n=0; while [ ! -S /run/systemd/journal/io.systemd.journal ] && [ $$n -lt 300 ]; do sleep 0.01; n=$$((n+1)); done";
        const string words = "$$EXIT_CODE $$EXIT_STATUS $$r";
        string status = app is { Restart: RestartPolicy.No, ComesAndGoes: false } ? words : $"$$(printf %%-{AppStatus.PaddedLength}s \"{words}\")";

        // To systemd an app that dies of SIGTERM, SIGINT, SIGHUP or SIGPIPE has succeeded, to everybody else it has failed: it asks for the pod's end itself (SIGRTMIN+4, systemd(1)). If it
        // was stopped, the pod is on its way there already.
        string end = app is { Restart: RestartPolicy.No, ComesAndGoes: false } ? "; [ \"$$EXIT_CODE$$SERVICE_RESULT\" != killedsuccess ] || kill -38 1" : "";
        return $"/bin/sh -c '{ready}; {OutOfMemory(app)}; echo \"{status}\" 1<>{file}{end}{tell}{wait}'";
    }

    /// <summary>
    /// Makes systemd's verdict `oom-kill` in `r` where it is only `signal`, as `OOMPolicy=continue` has it: the app's own process was killed, and the kernel has killed processes of the app for want of memory.
    /// Of an app that is started again only those of this run count, since its cgroup, and the number with it, may outlast a run; a cgroup that is newer than what was noted counts from zero.
    /// </summary>
    private static string OutOfMemory(AppSpec app)
    {
        string events = $"/sys/fs/cgroup/system.slice/{NameOf(app.Name)}/memory.events"; // not there without the controller
        const string count = "while read -r k v; do [ $$k != oom_kill ] || n=$$v; done";
        const string verdict = "[ \"$$EXIT_STATUS$$r\" != KILLsignal ] || [ $$n -le $$o ] || r=oom-kill";
        if (app is { Restart: RestartPolicy.No, ComesAndGoes: false })
        {
            return $"r=$$SERVICE_RESULT n=0 o=0; if [ \"$$EXIT_STATUS$$r\" = KILLsignal ] && [ -e {events} ]; then {count} <{events}; {verdict}; fi";
        }

        string before = $"/run/{app.Name}.oom-kills";
        return $"r=$$SERVICE_RESULT n=0 o=0; if [ -e {events} ]; then {count} <{events}; [ ! {before} -nt {events} ] || read -r o <{before}; echo $$n >{before}; {verdict}; fi";
    }
}

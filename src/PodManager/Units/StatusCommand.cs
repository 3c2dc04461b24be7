using Common.Contract;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>
/// What a pod runs when an app has ended. It leaves the exit status in a file that is there already, empty and with its block on the disk, in one write(2); it counts once the line is complete. A podctl that is attached is told by a
/// fifo, which is opened for reading too, so that this waits for nobody. In the foreground it then waits for the lock that podctl holds until it has read and logged all output: journald is still
/// there, and this process, in the app's own cgroup, is whom the last lines are logged for. In the background it passes on what is left in the output's fifo. Of an app that is
/// started again every status overwrites the one before, so that all are of one length.
/// </summary>
internal static class StatusCommand
{
    // What systemd says of the end is all that is passed on (systemd.exec(5), "$EXIT_CODE, $EXIT_STATUS").
    private const string Clean = $"{CleanEnvironment.Program} -i PATH=/usr/sbin:/usr/bin:/sbin:/bin EXIT_CODE=${{EXIT_CODE}} EXIT_STATUS=${{EXIT_STATUS}} SERVICE_RESULT=${{SERVICE_RESULT}}";

    private const string Words = "$$EXIT_CODE $$EXIT_STATUS $$r";

    // An app that ends at once must not end the pod before journald is there to take its lines: this socket is the last that it makes.
    private const string Ready = "n=0; while [ ! -S /run/systemd/journal/io.systemd.journal ] && [ $$n -lt 300 ]; do sleep 0.01; n=$$((n+1)); done";

    // What systemd has noted: "ExecMainStartTimestamp=Tue 2026-03-17 20:59:05.123456 UTC", of which the date and the time are the second and the third word here, and "Job=N" while somebody
    // has the app stopped: it is not started again then.
    private const string Noted = "--timestamp=us+utc --property=ExecMainStartTimestamp,Job";

    // SIGRTMIN+4, systemd(1).
    private const string EndPod = "kill -38 1";

    /// <summary>Whether systemd ends the pod when the app has failed; else this command does, or nobody.</summary>
    public static bool EndsByFailureAction(AppSpec app) => EndsThePod(app) && app.Health?.OnFailure != HealthAction.Restart;

    public static string Of(AppSpec app)
    {
        string file = $"{Exchange.InsidePod}/{Exchange.StatusDirectory}/{app.Name}";
        string tell = app.Streams == AppStreams.Journal ? "" : $"; echo 1<>{Exchange.InsidePod}/{Exchange.End(app.Name)}";
        string wait = app.Streams == AppStreams.Foreground
            ? $"; exec /usr/bin/flock --shared 9 9<{Exchange.InsidePod}/{Exchange.DrainLock(app.Name)}"
            : app.HasOutputFifo ? $"; {OutputFifo.DrainCommand(app.Name)}" : "";
        return $"{Clean} /bin/sh -c '{Ready}; {OutOfMemory(app)}; {Tell(app, file)}{tell}{wait}'";
    }

    /// <summary>
    /// Makes systemd's verdict `oom-kill` in `r` where it is only `signal`, as `OOMPolicy=continue` has it: the app's own process was killed, and the kernel has killed processes of the app for want of memory.
    /// Of an app that is started again only those of this run count, since its cgroup, and the number with it, may outlast a run; a cgroup that is newer than what was noted counts from zero.
    /// </summary>
    private static string OutOfMemory(AppSpec app)
    {
        string events = $"/sys/fs/cgroup/system.slice/{AppUnit.NameOf(app.Name)}/memory.events"; // not there without the controller
        const string count = "while read -r k v; do [ $$k != oom_kill ] || n=$$v; done";
        const string verdict = "[ \"$$EXIT_STATUS$$r\" != KILLsignal ] || [ $$n -le $$o ] || r=oom-kill";
        if (EndsByFailureAction(app))
        {
            return $"r=$$SERVICE_RESULT n=0 o=0; if [ \"$$EXIT_STATUS$$r\" = KILLsignal ] && [ -e {events} ]; then {count} <{events}; {verdict}; fi";
        }

        string before = $"/run/{app.Name}.oom-kills";
        return $"r=$$SERVICE_RESULT n=0 o=0; if [ -e {events} ]; then {count} <{events}; [ ! {before} -nt {events} ] || read -r o <{before}; echo $$n >{before}; {verdict}; fi";
    }

    // Whoever ends before it is up has failed, whatever it exits with.
    private const string Early = $"s=\"{Words}\"; [ \"$$EXIT_CODE$$EXIT_STATUS$$SERVICE_RESULT\" != exited0protocol ] || s=\"exited 1 protocol\"";

    private static bool EndsThePod(AppSpec app) => app is { Restart: RestartPolicy.No, ComesAndGoes: false };

    private static string Tell(AppSpec app, string file)
    {
        string mark = HealthUnits.MarkOf(app.Name);
        string plain = app.Notify ? $"{Early}; {Echo(app, "$$s", file)}" : Echo(app, Words, file);
        if (!EndsThePod(app))
        {
            return app.Health?.OnFailure == HealthAction.Stop ? $"{Stopped(app, mark)}; {Echo(app, "$$s", file)}; rm -f {mark}" : plain;
        }

        return app.Health?.OnFailure switch
        {
            // An end that is the way to a new beginning leaves no status, and does not end the pod, which any other failure does: systemd cannot tell the two apart.
            HealthAction.Restart => $"if [ -e {mark} ]; then rm -f {mark}; else {plain}; [ \"$$EXIT_CODE$$EXIT_STATUS\" = exited0 ] || {EndPod}; fi",
            HealthAction.Stop => $"{Stopped(app, mark)}; {Echo(app, "$$s", file)}; [ \"$$EXIT_CODE$$SERVICE_RESULT\" != killedsuccess ] && [ ! -e {mark} ] || {EndPod}",

            // To systemd an app that dies of SIGTERM, SIGINT, SIGHUP or SIGPIPE has succeeded, to everybody else it has failed: it asks for the pod's end itself. If it
            // was stopped, the pod is on its way there already.
            _ => $"{plain}; [ \"$$EXIT_CODE$$SERVICE_RESULT\" != killedsuccess ] || {EndPod}",
        };
    }

    private static string Echo(AppSpec app, string words, string file)
    {
        // What systemd starts again is what it says here, RestartPolicies.
        string again = app.Restart switch
        {
            RestartPolicy.Always => "a=again; ",
            RestartPolicy.OnFailure => "a=; [ $$SERVICE_RESULT = success ] || a=again; ",
            _ => "a=; ",
        };
        string asked = app.HasOwnStart
            ? $"t=$$(systemctl show {Noted} {AppUnit.NameOf(app.Name)}); set -- $${{t##*Timestamp=}}; {again}case $$t in *Job=[1-9]*) a=; esac; "
            : "";
        string all = app.HasOwnStart ? $"{words}$${{3:+ $$2T$$3Z}}$${{a:+ $$a}}" : words;
        return $"{asked}echo \"{(EndsThePod(app) ? all : $"$$(printf %%-{AppStatus.PaddedLength}s \"{all}\")")}\" 1<>{file}";
    }

    /// <summary>An app that was stopped because it is unhealthy has failed, even if it thinks otherwise.</summary>
    private static string Stopped(AppSpec app, string mark) => $"{(app.Notify ? Early : $"s=\"{Words}\"")}; [ ! -e {mark} ] || [ \"$$EXIT_CODE$$EXIT_STATUS\" != exited0 ] || s=\"exited 1 {AppStatus.Unhealthy}\"";
}

using System.Globalization;
using System.Text;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>
/// The health checks of an app, as units of the pod's own systemd: a timer, the check as a service that is confined as the app is, and what counts its results. The last runs in the pod's own
/// root, apart from the check: systemd gives all commands of a service the same environment, and the app's is its image's.
/// </summary>
internal static class HealthUnits
{
    /// <summary>Where the script is that keeps the state, in the pod's root.</summary>
    public const string ScriptPath = "/etc/podctl-health";

    public static string TimerOf(string app) => $"{app}-health.timer";

    /// <summary>The check itself.</summary>
    public static string ServiceOf(string app) => $"{app}-health.service";

    /// <summary>Runs before the app is started: nothing is known of it then.</summary>
    public static string BeginOf(string app) => $"{app}-health.begin.service";

    /// <summary>Runs after a check that has succeeded. systemd passes a result on to a unit only if there is but one way to it.</summary>
    public static string PassedOf(string app) => $"{app}-health.passed.service";

    /// <summary>Runs after a check that has failed.</summary>
    public static string FailedOf(string app) => $"{app}-health.failed.service";

    /// <summary>A second timer, for the time after the start.</summary>
    public static string StartTimerOf(string app) => $"{app}-health.start.timer";

    /// <summary>All that there can be.</summary>
    public static IEnumerable<string> AllOf(string app) => [TimerOf(app), StartTimerOf(app), ServiceOf(app), BeginOf(app), PassedOf(app), FailedOf(app)];

    /// <summary>Those that an app has.</summary>
    public static IEnumerable<string> NamesOf(string app, HealthCheck? check) =>
        check is null ? [] : AllOf(app).Where(name => name != StartTimerOf(app) || HasStartTimer(check));

    /// <summary>A file that is there from when an app's end was decided upon, as it is unhealthy, to that end.</summary>
    public static string MarkOf(string app) => $"/run/{app}.unhealthy";

    /// <summary>What is started with the app.</summary>
    public static IEnumerable<string> WantedBy(AppSpec app) =>
        app.Health is not { } check ? [] : HasStartTimer(check) ? [TimerOf(app.Name), StartTimerOf(app.Name), BeginOf(app.Name)] : [TimerOf(app.Name), BeginOf(app.Name)];

    /// <summary>The names and contents of an app's units.</summary>
    public static IEnumerable<(string Name, string Text)> Of(AppSpec app)
    {
        if (app.Health is not { } check)
        {
            yield break;
        }

        string relations = app.ComesAndGoes ? PodUnits.StoppedAtTheEnd + "\n" : "";
        yield return (TimerOf(app.Name), Timer(app.Name, check.Interval, relations));
        yield return (ServiceOf(app.Name), Check(app, check, relations));
        yield return (BeginOf(app.Name), Keeper($"Start of the health checks of {app.Name}", $"Before={AppUnit.NameOf(app.Name)}\n{relations}", $"begin {app.Name}"));
        foreach (string name in new[] { PassedOf(app.Name), FailedOf(app.Name) })
        {
            yield return (name, Keeper(
                $"Result of a health check of {app.Name}",
                $"After={AppUnit.NameOf(app.Name)}\n{relations}",
                $"result {app.Name} {check.Retries.ToString(CultureInfo.InvariantCulture)} {Grace(check)} {check.OnFailure.Word()}"));
        }

        if (HasStartTimer(check))
        {
            yield return (StartTimerOf(app.Name), Timer(app.Name, check.StartInterval!.Value, relations));
        }
    }

    private static bool HasStartTimer(HealthCheck check) => check.StartInterval is not null && check.StartPeriod > TimeSpan.Zero;

    /// <summary>
    /// In whole seconds: the start period, or the interval, before which there is no check that counts. systemd reckons with the check of a run before, so that one of an app that is started again can come early.
    /// </summary>
    private static string Grace(HealthCheck check) =>
        Math.Max(Math.Ceiling(check.StartPeriod.TotalSeconds), Math.Floor(check.Interval.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, span.Ticks / TimeSpan.TicksPerMicrosecond)}us");

    private static string Timer(string app, TimeSpan interval, string relations) => $"""
        [Unit]
        DefaultDependencies=no
        BindsTo={AppUnit.NameOf(app)}
        After={AppUnit.NameOf(app)}
        StartLimitIntervalSec=0
        {relations}[Timer]
        OnActiveSec={Span(interval)}
        OnUnitInactiveSec={Span(interval)}
        AccuracySec=100ms
        Unit={ServiceOf(app)}

        """;

    private static string Check(AppSpec app, HealthCheck check, string relations)
    {
        StringBuilder unit = new();
        void Line(string line) => AppUnit.Append(unit, app, line);

        unit.Append(CultureInfo.InvariantCulture, $"""
            [Unit]
            Description=Health check of {UnitText.Line(app.Description)}
            DefaultDependencies=no
            Requires=systemd-journald.socket
            After=systemd-journald.socket
            # stopped whenever the app is gone, and never the reason why it is started, as with BindsTo=
            Requisite={AppUnit.NameOf(app.Name)}
            StopPropagatedFrom={AppUnit.NameOf(app.Name)}
            After={AppUnit.NameOf(app.Name)}
            OnSuccess={PassedOf(app.Name)}
            OnFailure={FailedOf(app.Name)}
            # however often that is
            StartLimitIntervalSec=0
            {relations}[Service]
            Type=oneshot

            """);
        Line($"ExecStart={UnitText.CommandLine(check.Command[0], check.Command)}");
        if (!check.Command[0].Contains('/', StringComparison.Ordinal) && SearchPath(app.Environment) is { Length: > 0 } path)
        {
            Line($"ExecSearchPath={path}");
        }

        ConfinementLines.Write(app, Line);
        Line("StandardInput=null");
        Line("StandardOutput=journal");
        Line("StandardError=journal");
        Line($"SyslogIdentifier={app.Name}-health");
        Line("SyslogLevelPrefix=no");
        Line("IgnoreSIGPIPE=no");
        Line($"TimeoutStartSec={Span(check.Timeout)}");
        Line("# that it is stopped with its app is no failure");
        Line("KillSignal=SIGKILL");
        Line("SuccessExitStatus=KILL");
        return unit.ToString();
    }

    private static string Keeper(string description, string relations, string arguments) => $"""
        [Unit]
        Description={description}
        DefaultDependencies=no
        # as often as the app is started or checked
        StartLimitIntervalSec=0
        {relations}[Service]
        Type=oneshot
        ExecStart=/bin/sh {ScriptPath} {arguments}
        StandardOutput=journal

        """;

    /// <summary>Of the app's PATH what systemd can be told.</summary>
    private static string SearchPath(IReadOnlyList<string> environment)
    {
        const string Variable = "PATH=";
        string path = environment.LastOrDefault(static entry => entry.StartsWith(Variable, StringComparison.Ordinal)) is { } entry ? entry[Variable.Length..] : "";
        return string.Join(':', path.Split(':').Where(static directory => directory.StartsWith('/') && directory.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+')));
    }

    /// <summary>For sh(1). It gets what became of a check by systemd.exec(5), "$MONITOR_SERVICE_RESULT", and writes as <see cref="HealthState"/> reads it.</summary>
    public const string Script = """
        # begin APP: the app is about to be started
        # result APP RETRIES GRACE ACTION: a check has ended; GRACE seconds after the app's start failures do not count
        app=$2 unit=$2.service mark=/run/$2.unhealthy file=/run/podctl/health/$2

        # In one write(2) to a file that is there, with its block on the disk: a full disk keeps nobody from being restarted.
        keep() { printf '%-199s\n' "$*" 1<>"$file"; }

        read -r up rest </proc/uptime
        up=${up%.*}
        if [ "$1" = begin ]; then
            rm -f "$mark"
            keep starting 0 "$up"
            exit
        fi

        # It was stopped together with the app.
        [ "$MONITOR_EXIT_CODE$MONITOR_SERVICE_RESULT" != killedsuccess ] || exit 0

        read -r state failures start results <"$file" || { state=starting failures=0 start=$up results=; }
        before=$state
        result=${MONITOR_EXIT_STATUS:-$MONITOR_SERVICE_RESULT}
        [ "$MONITOR_SERVICE_RESULT" != timeout ] || result=timeout
        if [ "$result" = 0 ]; then
            state=healthy failures=0
        elif [ "$state" != starting ] || [ $((up - start)) -ge "$4" ]; then
            failures=$((failures + 1))
            [ "$failures" -lt "$3" ] || state=unhealthy
        fi

        set -- "$5" "$(date +%s):$result" $results
        keep "$state" "$failures" "$start" "$2" $3 $4 $5 $6

        # The time after the start is over.
        timer=$app-health.start.timer
        if [ "$before" = starting ] && [ "$state$failures" != starting0 ] && [ -e "/etc/systemd/system/$timer" ]; then
            systemctl --no-block stop "$timer"
        fi

        [ "$state" = unhealthy ] || exit 0
        case $1 in
            restart | stop)
                : >"$mark"
                [ "$1" = stop ] || set -- try-restart
                systemctl --no-block "$1" "$unit" || rm -f "$mark"
                ;;
            kill) systemctl kill --kill-whom=main --signal=KILL "$unit" ;;
        esac

        """;
}

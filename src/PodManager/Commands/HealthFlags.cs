using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags of `run` about an app's health check.</summary>
internal sealed class HealthFlags
{
    private const string Duration = "DURATION";

    private readonly Flag<IReadOnlyList<string>?> _command = Flags.One<IReadOnlyList<string>?>("--health-cmd", "COMMAND|none", "check the app's health by this: a shell's command or a JSON list of words (default the image's)", HealthValues.ReadCommand, null);
    private readonly Flag<TimeSpan?> _interval = Flags.One<TimeSpan?>("--health-interval", Duration, "from one check to the next (default 30s)", HealthValues.ReadInterval, null);
    private readonly Flag<TimeSpan?> _timeout = Flags.One<TimeSpan?>("--health-timeout", Duration, "a check that takes longer has failed (default 30s)", HealthValues.ReadTimeout, null);
    private readonly Flag<int?> _retries = Flags.One<int?>("--health-retries", "N", "so many failures in a row make the app unhealthy (default 3)", HealthValues.ReadRetries, null);
    private readonly Flag<TimeSpan?> _startPeriod = Flags.One<TimeSpan?>("--health-start-period", Duration, "so long after the app's start failures do not count (default 0)", HealthValues.ReadPeriod, null);
    private readonly Flag<TimeSpan?> _startInterval = Flags.One<TimeSpan?>("--health-start-interval", Duration, "from one check to the next in that period (default as --health-interval)", HealthValues.ReadInterval, null);
    private readonly Flag<HealthAction?> _onFailure = Flags.One<HealthAction?>("--health-on-failure", "none|restart|stop|kill", "what the pod does about an unhealthy app (default none)", HealthValues.ReadAction, null);

    public IReadOnlyList<Option> All => [_command, _interval, _timeout, _retries, _startPeriod, _startInterval, _onFailure];

    public IEnumerable<string> Faults(ParseResult parsed) =>
        Read(parsed) is { IsOff: true, HasDetails: true } ? ["--health-cmd=none leaves nothing for the other --health flags to be about"] : [];

    public HealthOptions Read(ParseResult parsed) => new()
    {
        Command = _command.Of(parsed),
        Interval = _interval.Of(parsed),
        Timeout = _timeout.Of(parsed),
        Retries = _retries.Of(parsed),
        StartPeriod = _startPeriod.Of(parsed),
        StartInterval = _startInterval.Of(parsed),
        OnFailure = _onFailure.Of(parsed),
    };
}

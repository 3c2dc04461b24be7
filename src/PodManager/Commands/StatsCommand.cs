using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl stats`.</summary>
internal sealed class StatsCommand : Verb
{
    private const string ClearScreen = "\e[H\e[J";

    // For a first figure of the CPU time.
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(250);

    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true, mayBeNone: true);
    private readonly Flag<bool> _noStream = Flags.Switch("--no-stream", "measure once, which is the default where standard output is no terminal");
    private readonly Flag<TimeSpan?> _interval = Flags.One<TimeSpan?>("--interval", "DURATION", "measure again after each DURATION (default 1s)", ReadInterval, null);
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public StatsCommand(CommandContext context, GlobalFlags globals)
        : base("stats", "Show what pods use, and what they may use")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
        Add(_noStream);
        Add(_interval);
        Add(_noLegend);
        Add(_format);
    }

    public override string Usage => "stats [FLAGS] [POD…]";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _noStream.Of(parsed) && _interval.Of(parsed) is not null ? [.. _pods.Faults(parsed), "--no-stream and --interval exclude each other"] : _pods.Faults(parsed);

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<PodId> wanted = _pods.Read(parsed, services.Pods);
        OutputFormat format = _format.Of(parsed);
        bool isStream = !_noStream.Of(parsed) && (_interval.Of(parsed) is not null || (_context.Out.IsTerminal && format == OutputFormat.Text));
        PodSample before = Sample(services, wanted);
        TimeSpan interval = FirstInterval;
        do
        {
            try
            {
                await Task.Delay(interval, _context.Time, ct);
            }
            catch (OperationCanceledException) when (isStream)
            {
                break; // that is how it ends
            }

            interval = _interval.Of(parsed) ?? TimeSpan.FromSeconds(1);
            PodSample now = Sample(services, wanted);
            Print(now.Since(before), format, !_noLegend.Of(parsed), isStream);
            before = now;
        }
        while (isStream && !_context.Out.IsClosed);

        return (int)ExitCode.Ok;
    }

    private PodSample Sample(IServices services, IReadOnlyList<PodId> wanted)
    {
        IReadOnlyList<Pod> pods = wanted.Count == 0 ? [.. services.Pods.List().Where(static pod => pod.State.IsUp())] : [.. wanted.Select(services.Pods.GetUp)];
        return PodSample.Take(pods, services.Meter, _context.Time);
    }

    private void Print(IReadOnlyList<PodStatsView> stats, OutputFormat format, bool hasLegend, bool isStream)
    {
        string text = format == OutputFormat.Text ? PodStatsText.Table(stats, hasLegend)
            : JsonText.Write(stats, OutputJson.Default.IReadOnlyListPodStatsView, format == OutputFormat.JsonPretty) + "\n";
        _context.Out.Text(isStream && _context.Out.IsTerminal && format == OutputFormat.Text ? ClearScreen + text : text);
        _context.Out.Flush();
    }

    private static string? ReadInterval(string text, out TimeSpan? value)
    {
        string? fault = Flags.ReadDuration(text, out TimeSpan interval);
        value = interval;
        return fault ?? (interval >= TimeSpan.FromMilliseconds(100) ? null : $"'{text}' is less than 100ms");
    }
}

using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl status`.</summary>
internal sealed class StatusCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<WaitTime> _wait = Wait("--wait", "wait until the pod has ended");
    private readonly Flag<WaitTime> _waitReady = Wait("--wait-ready", "wait until the pod's apps are up");
    private readonly Flag<OutputFormat> _format = Flags.Format();

    public StatusCommand(CommandContext context, GlobalFlags globals)
        : base("status", "Show the state of a pod")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        Add(_wait);
        Add(_waitReady);
        Add(_format);
    }

    public override string Usage => "status [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        PodService pods = services.Pods;
        PodId id = _pod.Read(parsed, pods)[0];
        WaitTime ready = _waitReady.Of(parsed), end = _wait.Of(parsed);
        if (ready.IsWanted)
        {
            _ = pods.WaitForReadiness(id, ready.Limit, ct);
        }

        if (end.IsWanted)
        {
            _ = pods.WaitForEnd(id, end.Limit, ct);
        }

        Pod pod = pods.Get(id);
        if (pod.Problem is not null)
        {
            _context.Messages.Warn($"pod '{pod.Id}': {pod.Problem}, showing what is known of it");
        }

        OutputFormat format = _format.Of(parsed);
        _context.Out.Text(format == OutputFormat.Text
            ? PodStatusText.Lines(pod)
            : JsonText.Write(PodView.Of(pod), OutputJson.Default.PodView, format == OutputFormat.JsonPretty) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }

    private static Flag<WaitTime> Wait(string name, string description) =>
        Flags.One(name, "DURATION", description, ReadWaitTime, new WaitTime(false, null), Flags.True);

    private static string? ReadWaitTime(string text, out WaitTime value)
    {
        if (GoDuration.TryParse(text, out TimeSpan limit) && text is not ("0" or "1"))
        {
            value = new WaitTime(true, limit);
            return null;
        }

        string? fault = Flags.ReadBool(text, out bool isWanted);
        value = new WaitTime(isWanted, null);
        return fault is null ? null : $"'{text}' is neither a duration such as 30s nor true nor false";
    }

    /// <summary>Whether to wait, and how long; null for ever.</summary>
    private readonly record struct WaitTime(bool IsWanted, TimeSpan? Limit);
}

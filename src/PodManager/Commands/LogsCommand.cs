using System.CommandLine;
using System.Globalization;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl logs`.</summary>
internal sealed class LogsCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<bool> _follow = Flags.Switch("--follow", "go on until the pod has ended", "-f");
    private readonly Flag<ulong?> _lines = Flags.One<ulong?>("--lines", "N", "only the last N lines", ReadCount, null);
    private readonly Flag<string?> _app = Flags.Text("--app", "NAME", "only what this app wrote");
    private readonly Flag<bool> _all = Flags.Switch("--all", "also what the pod's own systemd and journald say");
    private readonly Flag<OutputFormat> _format = Flags.One(
        "--format", "json", "all fields of each entry, one JSON object a line", ReadFormat, OutputFormat.Text);

    public LogsCommand(CommandContext context, GlobalFlags globals)
        : base("logs", "Show what a pod's apps wrote, while it runs or after")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        _lines.Aliases.Add("-n");
        Add(_follow);
        Add(_lines);
        Add(_app);
        Add(_all);
        Add(_format);
    }

    public override string Usage => "logs [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _app.Of(parsed) is not null && _all.Of(parsed) ? [.. _pod.Faults(parsed), "--app and --all exclude each other"] : _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        Pod pod = services.Pods.Get(_pod.Read(parsed, services.Pods)[0]);
        string[] apps = Apps(pod, _app.Of(parsed));
        using IJournalReader? journal = services.Journals.Open(pod.Id);
        if (journal is null)
        {
            throw new PodctlException(ExitCode.Failed, $"pod '{pod.Id}' has no journal", pod.Started is null ? "it has never been started" : null);
        }

        if (!_all.Of(parsed))
        {
            MatchApps(journal, apps, isWholePod: apps.Length == pod.Apps.Count);
        }

        if (_lines.Of(parsed) is { } count)
        {
            journal.SeekTail(count);
        }

        Func<JournalEntry, byte[]> format = Formatter(parsed, apps.Length > 1 || _all.Of(parsed));
        if (_follow.Of(parsed))
        {
            Follow(services.Pods, pod.Id, journal, format, ct);
        }
        else
        {
            Print(journal, format);
        }

        return Task.FromResult((int)ExitCode.Ok);
    }

    /// <summary>
    /// What journald knows to come from the apps' services. A process may have ended before journald looked for its service: its lines are known by the name that systemd gave
    /// their stream, and by syslog(3), which nobody else in a pod uses.
    /// </summary>
    private static void MatchApps(IJournalReader journal, string[] apps, bool isWholePod)
    {
        journal.Match("_SYSTEMD_UNIT", [.. apps.Select(static app => $"{app}.service")]);
        journal.Or();
        journal.Match("_TRANSPORT", ["stdout"]);
        journal.Match("SYSLOG_IDENTIFIER", apps);
        if (isWholePod)
        {
            journal.Or();
            journal.Match("_TRANSPORT", ["syslog"]);
        }
    }

    private static string[] Apps(Pod pod, string? wanted)
    {
        IReadOnlyList<PodApp> apps = wanted is null ? pod.Apps : [PodService.AppOf(pod, wanted)];
        return [.. apps.Select(static app => app.Name.ToString())];
    }

    private static string? ReadCount(string text, out ulong? value)
    {
        bool isNumber = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number < int.MaxValue;
        value = number;
        return isNumber ? null : $"'{text}' is no number of lines";
    }

    private static string? ReadFormat(string text, out OutputFormat value)
    {
        value = OutputFormat.Json;
        return text == "json" ? null : $"'{text}' is no format: use json";
    }

    private Func<JournalEntry, byte[]> Formatter(ParseResult parsed, bool hasApp) =>
        _format.Of(parsed) == OutputFormat.Json ? LogText.Json
        : _context.Out.IsTerminal ? entry => LogText.Safe(entry, hasApp)
        : entry => LogText.Raw(entry, hasApp);

    /// <summary>Whatever the pod still wrote before its end is there when its end is seen.</summary>
    private void Follow(PodService pods, PodId id, IJournalReader journal, Func<JournalEntry, byte[]> format, CancellationToken ct)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task watch = Task.Run(() => WatchForEnd(pods, id, end), CancellationToken.None);
        try
        {
            while (!_context.Out.IsClosed)
            {
                Print(journal, format);
                _ = journal.WaitForChange(null, end.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            _ = journal.WaitForChange(TimeSpan.Zero, ct); // takes in what has changed last
            Print(journal, format);
        }
        finally
        {
            end.Cancel();
            watch.Wait(CancellationToken.None);
        }
    }

    private static void WatchForEnd(PodService pods, PodId id, CancellationTokenSource end)
    {
        try
        {
            _ = pods.WaitForEnd(id, null, end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or PodctlException)
        {
            // asked to leave, or the pod was removed: there is nothing more to come either way
        }

        end.Cancel();
    }

    private void Print(IJournalReader journal, Func<JournalEntry, byte[]> format)
    {
        while (!_context.Out.IsClosed && journal.Next() is { } entry)
        {
            _context.Out.Bytes(format(entry));
        }

        _context.Out.Flush();
    }
}

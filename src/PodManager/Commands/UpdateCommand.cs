using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl update`.</summary>
internal sealed class UpdateCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pods = new(isMany: true);
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the limits of this app, instead of those of the pod as a whole", RunValues.ReadAppName, null);
    private readonly LimitFlags _limits = new(mayBeNone: true, hasDevices: true);

    public UpdateCommand(CommandContext context, GlobalFlags globals)
        : base("update", "Change what pods and apps may use, while they run")
    {
        _context = context;
        _globals = globals;
        _pods.AddTo(this);
        Add(_app);
        foreach (Option flag in _limits.All)
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override string Usage => "update [FLAGS] POD…";

    public override IEnumerable<string> Faults(ParseResult parsed)
    {
        foreach (string fault in _pods.Faults(parsed).Concat(_limits.Faults(parsed)))
        {
            yield return fault;
        }

        if (_app.Of(parsed) is not null && _limits.HasDevices(parsed))
        {
            yield return "--io-limit is for the pod as a whole: an app has --io-weight";
        }

        if (!parsed.Errors.Any() && _limits.Read(parsed).IsEmpty)
        {
            yield return "must provide a limit to change, such as --memory=512M or --memory=none";
        }
    }

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        services.Updater.Update(_pods.Read(parsed, services.Pods), _app.Of(parsed), _limits.Read(parsed), pod => _context.Out.Line($"\"{pod}\""), ct);
        return Task.FromResult((int)ExitCode.Ok);
    }
}

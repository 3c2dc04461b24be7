using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app sandbox`.</summary>
internal sealed class AppSandboxCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly NewPodFlags _new = new();
    private readonly StartFlags _start = new(isBackground: true);
    private readonly LimitFlags _limits = new(mayBeNone: false, hasDevices: true);

    public AppSandboxCommand(CommandContext context, GlobalFlags globals)
        : base("sandbox", "Start a pod without apps, and print its UUID")
    {
        _context = context;
        _globals = globals;
        foreach (Option flag in (Option[])[_new.Name, _new.UuidFile, _new.PrivateUsers, _new.Ports, .. _start.All, .. _limits.All])
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override string Usage => "app sandbox [FLAGS]";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _start.Faults(parsed).Concat(_limits.Faults(parsed)).Concat(_new.Faults(parsed)).Concat(_new.PortFaults(parsed, _start.NetworkOf(parsed)));

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed);
        using IServices services = _context.Open(settings);
        PodOptions pod = new()
        {
            IsSandbox = true,
            Apps = [],
            Name = _new.Name.Of(parsed),
            PrivateUsers = _new.PrivateUsers.Of(parsed),
            Ports = _new.Ports.Of(parsed),
            Limits = _limits.Read(parsed),
            InsecureOptions = settings.InsecureOptions,
        };
        try
        {
            RunResult result = await services.Runner.RunAsync(new RunOptions(pod, _start.Read(parsed, settings.InsecureOptions), _new.UuidFile.Of(parsed)), ct);
            return RunCommand.Report(_context, result, RunMode.Detached);
        }
        catch (Exception e) when (RunFailure.Of("make the pod", e, returnsCode: false) is { } failure)
        {
            throw failure;
        }
    }
}

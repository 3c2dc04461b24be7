using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app sandbox`.</summary>
internal sealed class AppSandboxCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<PodName?> _name = Flags.One<PodName?>("--name", "NAME", "the pod's name, which stands for its UUID", RunValues.ReadPodName, null);
    private readonly Flag<string?> _uuidFile = Flags.Text("--uuid-file-save", "FILE", "write the pod's UUID to FILE before the pod is made");
    private readonly Flag<bool> _privateUsers = Flags.One("--private-users", "yes|no", "a user namespace of the pod's own (default yes)", Flags.ReadBool, true, Flags.True);
    private readonly StartFlags _start = new(isBackground: true);
    private readonly LimitFlags _limits = new(mayBeNone: false, hasDevices: true);

    public AppSandboxCommand(CommandContext context, GlobalFlags globals)
        : base("sandbox", "Start a pod without apps, and print its UUID")
    {
        _context = context;
        _globals = globals;
        foreach (Option flag in (Option[])[_name, _uuidFile, _privateUsers, .. _start.All, .. _limits.All])
        {
            Add(flag);
        }
    }

    public override bool NeedsRoot => true;

    public override string Usage => "app sandbox [FLAGS]";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _start.Faults(parsed).Concat(_limits.Faults(parsed)).Concat(PodFlags.UuidFileFaults(_uuidFile.Of(parsed)));

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed);
        using IServices services = _context.Open(settings);
        PodOptions pod = new()
        {
            IsSandbox = true,
            Apps = [],
            Name = _name.Of(parsed),
            PrivateUsers = _privateUsers.Of(parsed),
            Limits = _limits.Read(parsed),
            InsecureOptions = settings.InsecureOptions,
        };
        RunResult result = await services.Runner.RunAsync(new RunOptions(pod, _start.Read(parsed, settings.InsecureOptions), _uuidFile.Of(parsed)), ct);
        return RunCommand.Report(_context, result, RunMode.Detached);
    }
}

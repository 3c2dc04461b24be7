using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl app add POD IMAGE [app flags] [-- ARG…]`.</summary>
internal sealed class AppAddCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _pod = new("POD") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<PullPolicy> _pullPolicy = Flags.One("--pull-policy", "never|new|update", "when to ask the registry (default never)", RunValues.ReadPullPolicy, PullPolicy.Never);
    private readonly Flag<string?> _authFile = AuthFileFlag.Create();
    private readonly AppFlags _apps = new();

    public AppAddCommand(CommandContext context, GlobalFlags globals)
        : base("add", "Add an app to a running pod, without starting it")
    {
        _context = context;
        _globals = globals;
        Add(_pod);
        Add(_pullPolicy);
        Add(_authFile);
    }

    public override bool NeedsRoot => true;

    public override Command AppGrammar => _apps.Grammar;

    public override string Usage => "app add [FLAGS] POD IMAGE [APP FLAGS] [-- ARGUMENT…]";

    public override IEnumerable<string> AppFaults(ParseResult parsed, IReadOnlyList<ParsedApp> apps)
    {
        if (parsed.GetValue(_pod) is not [_])
        {
            yield return "must provide the UUID or the name of a pod, and an image";
        }
        else if (apps.Count == 0)
        {
            yield return "must provide an image";
        }
        else if (apps.Count > 1)
        {
            yield return "must give only one app";
        }

        // Whether the pod has a user namespace, and which volumes and apps, is known when it is looked at.
        foreach (string fault in apps.SelectMany(app => _apps.Faults(app, hasOwnUsers: false).Concat(_apps.LoneFaults(app))))
        {
            yield return fault;
        }

        if (AuthFileFlag.FaultOf(_authFile.Of(parsed)) is { } missing)
        {
            yield return missing;
        }
    }

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        Settings settings = _globals.Read(parsed);
        using IServices services = _context.Open(settings);
        PodId pod = services.Pods.Resolve(parsed.GetValue(_pod)![0]);
        bool hasOwnUsers = services.Pods.Get(pod).Record?.PrivateUsers is not null;
        ParsedApp app = words.Apps[0];
        if (_apps.Faults(app, hasOwnUsers).ToArray() is { Length: > 0 } faults)
        {
            throw new PodctlException(ExitCode.Usage, string.Join("; ", faults));
        }

        IReadOnlyList<VolumeMount> mounts = [.. _apps.Volumes.Mounts(app.Flags, name: _apps.NameOf(app)).DistinctBy(static mount => mount.Target).OrderBy(static mount => mount.Target.Count(static c => c == '/'))];
        FetchOptions fetch = FetchOptions.Of(_pullPolicy.Of(parsed), settings.InsecureOptions, _authFile.Of(parsed));
        try
        {
            _ = await services.Sandboxes.AddAsync(pod, _apps.Read(app, mounts, hasOwnUsers), [.. _apps.Volumes.Volumes(app.Flags, name: _apps.NameOf(app))], fetch, ct);
            return (int)ExitCode.Ok;
        }
        catch (Exception e) when (RunFailure.Of($"add an app to pod '{pod}'", e, returnsCode: false) is { } failure)
        {
            throw failure;
        }
    }
}

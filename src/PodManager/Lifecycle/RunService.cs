using System.Text;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>`podctl run`, `prepare` and `run-prepared`: from images' names to the apps' exit code.</summary>
internal sealed class RunService(RunServices services) : IPodRunner
{
    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeftoverTimeout = TimeSpan.FromSeconds(3);

    /// <summary>For a podctl that looks at the pod just now.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(1);

    public async Task<RunResult> RunAsync(RunOptions options, CancellationToken ct)
    {
        PodId id = PodId.New();
        PodRecord designed = await DesignAsync(id, options.Pod, ct);
        using Fd? secrets = SecretFile.Load(designed.Apps, ExitCode.RunFailed);
        IReadOnlyList<NetworkAttachment> attachments = Connect(designed, options.Start);
        if (options.UuidFile is not null)
        {
            WriteUuid(options.UuidFile, id);
        }

        // A host without systemd is told of before anything is made.
        services.Units().Connect();
        using IPodHandle handle = Reserve(options.Pod, id);
        PodPlanner planner = Plan(designed with { PrivateUsers = UsersOf(options.Pod, handle) }, WithDns(options.Start, attachments));
        handle.Publish(planner.Record);
        return new RunResult(new PodLaunch(services, handle, planner, options.Start) { Secrets = secrets, Attachments = attachments }.Run(ct), id);
    }

    public async Task<PodId> PrepareAsync(PodOptions options, string? uuidFile, CancellationToken ct)
    {
        PodId id = PodId.New();
        PodRecord designed = await DesignAsync(id, options, ct);
        if (uuidFile is not null)
        {
            WriteUuid(uuidFile, id);
        }

        using IPodHandle handle = Reserve(options, id);
        handle.MarkPrepared();
        handle.Publish(designed with { PrivateUsers = UsersOf(options, handle) });
        handle.Sync();
        return id;
    }

    public RunResult RunPrepared(PodId id, StartOptions options, CancellationToken ct)
    {
        services.Units().Connect();
        using IPodHandle handle = services.Pods.TryLock(id, LockTimeout, ct)
            ?? throw new PodctlException(ExitCode.WrongState, $"pod '{id}' is not prepared: another podctl is at work on it");
        Pod? pod = services.Pods.Find(id);
        if (pod is not { IsPrepared: true, Started: null, Marked: null, Record: { } designed })
        {
            string state = pod?.Problem ?? (pod is { Started: null, IsPrepared: false } ? "its making was given up" : pod?.Marked is null ? "it has been started before" : "it is about to be removed");
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' is not prepared: {state}", "`podctl list` shows the pods and their states");
        }

        // What a podctl that was killed had begun ends by itself.
        if (pod.HasProcesses && !services.Pods.WaitUntilEmpty(id, LeftoverTimeout, ct))
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' has processes: a podctl that was killed has started it", $"`podctl rm --force {id}` removes it");
        }

        using Fd? secrets = SecretFile.Load(designed.Apps, ExitCode.RunFailed);
        IReadOnlyList<NetworkAttachment> attachments = Connect(designed, options);

        // What a podctl that was killed has left of an earlier start: files, and for a moment units of these names. The scope's is known for as long as the other is stopped, which gives networks back.
        handle.RemoveStart();
        Forget(id, ct);
        _ = services.Networks.Leave(id);
        return new RunResult(new PodLaunch(services, handle, Plan(designed, WithDns(options, attachments)), options) { Prepared = designed, Secrets = secrets, Attachments = attachments }.Run(ct), id);
    }

    private void Forget(PodId id, CancellationToken ct)
    {
        IUnitManager units = services.Units();
        if (units.GetUnitState(id.ScopeName) is null)
        {
            return;
        }

        _ = units.StopUnit(id.ScopeName, TearDownTimeout).Wait(ct);
        _ = units.StopUnit(PodStarter.CompanionOf(id), TearDownTimeout).Wait(ct);
        long start = services.Time.GetTimestamp();
        while (units.GetUnitState(id.ScopeName) is not null && services.Time.GetElapsedTime(start) < TearDownTimeout)
        {
            _ = ct.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5));
        }
    }

    private async Task<PodRecord> DesignAsync(PodId id, PodOptions options, CancellationToken ct)
    {
        FetchOptions fetch = FetchOptions.Of(options.PullPolicy, options.InsecureOptions, options.AuthFile) with { Refusal = ExitCode.RunFailed };
        Dictionary<string, StoredImage> images = [];
        foreach (string name in options.Apps.Select(static app => app.Image).Distinct())
        {
            images[name] = await services.Images.GetAsync(name, fetch, ct);
        }

        services.Trace.Mark("image at hand");
        return PodDesigner.Design(id, options, [.. options.Apps.Select(app => images[app.Image])], services.Images.OpenRoot, services.Time.GetUtcNow());
    }

    /// <summary>Nothing has been made so far.</summary>
    private IReadOnlyList<NetworkAttachment> Connect(PodRecord designed, StartOptions options)
    {
        IReadOnlyList<NetworkAttachment> attachments = services.Networks.Choose(options.Network, options.Networks, designed.Ports);
        PortConflicts.Check(designed.Ports, () => services.Pods.List());
        return attachments;
    }

    /// <summary>The first network with name servers counts, unless the user has said something about them.</summary>
    private static StartOptions WithDns(StartOptions options, IReadOnlyList<NetworkAttachment> attachments) =>
        !options.Dns.IsSaid && !options.Dns.IsGenerated && attachments.Select(static attachment => attachment.Dns).FirstOrDefault(static dns => dns is not null) is { } dns ? options with { Dns = dns } : options;

    private IPodHandle Reserve(PodOptions options, PodId id)
    {
        IPodHandle handle = services.Pods.Reserve(id);
        try
        {
            if (options.Name is { } name)
            {
                handle.TakeName(name);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static Common.Contract.IdRange? UsersOf(PodOptions options, IPodHandle handle) => options.PrivateUsers.IsPrivate ? handle.TakeIds(options.PrivateUsers.Given) : null;

    private PodPlanner Plan(PodRecord designed, StartOptions options)
    {
        LimitControllers.Check([designed.Limits, .. designed.Apps.Select(static app => app.Isolation.Limits)], services.Messages);
        return new PodPlanner(
            designed,
            options,
            Environment.GetEnvironmentVariable("TERM"),
            designed.Apps.Any(static app => app.Restart != RestartPolicy.No) ? services.Units().Version() : 0);
    }

    private static void WriteUuid(string path, PodId id)
    {
        try
        {
            using Fd file = Files.Open(path, O_WRONLY | O_CREAT | O_TRUNC, 0x1A4);
            Files.WriteAll(file, Encoding.ASCII.GetBytes(id.ToString()));
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.RunFailed, $"cannot write the UUID to '{path}': {e.Reason}");
        }
    }
}

using System.Text;
using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>What a run needs of the rest of podctl.</summary>
/// <param name="Images">Where images come from.</param>
/// <param name="Pods">Where pods are kept.</param>
/// <param name="Starter">How they are started.</param>
/// <param name="Units">The host's service manager.</param>
/// <param name="Journals">The pods' journals.</param>
/// <param name="Messages">What is to be said to the user.</param>
/// <param name="Trace">Where the time goes.</param>
/// <param name="Time">The clock.</param>
internal sealed record RunServices(
    IImageSource Images,
    IPodStore Pods,
    PodStarter Starter,
    Func<IUnitManager> Units,
    IJournal Journals,
    IMessageSink Messages,
    StartTrace Trace,
    TimeProvider Time);

/// <summary>`podctl run`: from an image's name to the app's exit code.</summary>
internal sealed class RunService(RunServices services) : IPodRunner
{
    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    public async Task<RunResult> RunAsync(RunOptions options, CancellationToken ct)
    {
        PodId id = PodId.New();
        StoredImage image = await services.Images.GetAsync(options.Image, FetchOptions.Of(options.PullPolicy, options.InsecureOptions, options.AuthFile) with { Refusal = ExitCode.RunFailed }, ct);
        services.Trace.Mark("image at hand");
        PodPlanner planner = new(id, options, image, services.Images.OpenRoot(image), Environment.GetEnvironmentVariable("TERM"));
        if (options.UuidFile is not null)
        {
            WriteUuid(options.UuidFile, id);
        }

        // A host without systemd is told of before anything is made.
        services.Units().Connect();
        using IPodHandle handle = services.Pods.Reserve(id);
        return new RunResult(Run(options, planner, handle, ct), id);
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
            throw new PodctlException(ExitCode.RunFailed, $"cannot write the UUID to '{path}': {e.Reason}", cause: e);
        }
    }

    private int Run(RunOptions options, PodPlanner planner, IPodHandle handle, CancellationToken ct)
    {
        IdRange? users = options.PrivateUsers ? handle.AllocateIds() : null;
        handle.Publish(planner.Record(handle.Id, services.Time.GetUtcNow(), users));
        PodDirectories pod = new(handle.Id, handle.Directory, services.Journals.DirectoryFor(handle.Id));
        services.Trace.Mark("pod recorded");
        uint ids = users?.Base ?? 0;
        PodLeader? leader = null;
        try
        {
            using SignalQueue signals = new(PodSession.Signals(options.Mode == RunMode.Interactive));
            _ = Libc.SetSubreaper(options.Mode != RunMode.Detached);
            using StartingPod starting = services.Starter.Begin(
                pod, planner.App.Description, !options.InsecureOptions.HasFlag(InsecureOptions.Paths), options.Volumes);
            PodDirectoryMaker.Make(pod, planner.App.Name, options.Volumes, ids);
            using DatagramSocket notify = BindNotifySocket(pod, ids);
            using IAppStreams? streams = Streams(options.Mode, pod, planner.App, ids, () => leader?.Kill());
            using EndFifo? end = streams is null ? null : new EndFifo(pod, planner.App.Name, ids);
            PodPlan plan = planner.Plan(pod, users, (streams as ConsoleStreams)?.Path);
            File.WriteAllBytes(pod.Plan, JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.PodPlan));
            starting.Planned();
            services.Trace.Mark("plan written");
            leader = starting.Finish(ct);
            handle.WriteLeader(leader.Pid);
            return Attend(options, pod, planner.App, leader, streams, end, signals, notify, handle);
        }
        catch when (leader is null)
        {
            Abandon(handle);
            throw;
        }
        finally
        {
            leader?.Dispose();
        }
    }

    private int Attend(
        RunOptions options,
        PodDirectories pod,
        AppSpec app,
        PodLeader leader,
        IAppStreams? streams,
        EndFifo? end,
        SignalQueue signals,
        DatagramSocket notify,
        IPodHandle handle)
    {
        bool isReady = false;
        PodSession session = new(pod, app.Name, leader, streams, end, signals, notify, () =>
        {
            isReady = true;
            services.Trace.Mark("apps up");
            handle.MarkReady();
            ServiceNotification.Ready(handle.Id);
        });
        session.Start();
        handle.Sync();
        if (services.Starter.Register(leader, CancellationToken.None) is string problem && !leader.HasEnded)
        {
            services.Messages.Warn($"the pod is no machine, machinectl and `journalctl -M` do not know it: {problem}, going on without");
        }

        session.Run();
        services.Trace.Mark(streams is null ? "detached" : "app ended");
        session.Finish();
        if (streams?.Loss is string loss)
        {
            services.Messages.Warn($"{loss}, ignoring");
        }

        int code = new RunOutcome(services, pod, app, leader).Conclude(options, handle, isReady, session.StopSignal);
        if (streams?.OutputFailure is not string failure)
        {
            return code;
        }

        services.Messages.Warn($"cannot write the app's output: {failure}; `podctl logs` has all of it");
        return code == 0 ? (int)ExitCode.RunFailed : code;
    }

    private static IAppStreams? Streams(RunMode mode, PodDirectories pod, AppSpec app, uint ids, Action kill) => mode switch
    {
        RunMode.Foreground => new PipeStreams(pod, app.Name, ids + app.Uid, ids + app.Gid),
        RunMode.Interactive => new ConsoleStreams(ids + app.Uid, ids + app.Gid, kill),
        _ => null,
    };

    private static DatagramSocket BindNotifySocket(PodDirectories pod, uint ids)
    {
        // A socket's address is short (unix(7)), and the data directory may be deep.
        using Fd directory = Files.Open(pod.Exchange, Tmds.Linux.LibC.O_PATH | Tmds.Linux.LibC.O_DIRECTORY);
        DatagramSocket socket = DatagramSocket.Bind($"{directory.ProcPath}/{Exchange.NotifySocket}");
        Files.SetOwner(directory, Exchange.NotifySocket, ids, ids);
        return socket;
    }

    /// <summary>A start that failed leaves nothing: the scope's processes, then the directory.</summary>
    private void Abandon(IPodHandle handle)
    {
        try
        {
            _ = services.Units().KillUnit(handle.Id.ScopeName, KillTarget.All, Tmds.Linux.LibC.SIGKILL);
            _ = services.Pods.WaitUntilEmpty(handle.Id, TearDownTimeout, CancellationToken.None);

            // A scope whose process was a zombie before it came in has never had one, so that systemd is never told that it is empty.
            _ = services.Units().StopUnit(handle.Id.ScopeName, TearDownTimeout).Wait(CancellationToken.None);
            handle.Remove();
        }
        catch (Exception e) when (e is PodctlException or NativeException or IOException)
        {
            services.Messages.Warn($"pod '{handle.Id}' could not be removed: {e.Message}, leaving it to `podctl gc`");
        }
    }
}

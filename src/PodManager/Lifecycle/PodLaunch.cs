using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Starts a pod that is on record, and stays with it as long as the user wants.</summary>
internal sealed class PodLaunch
{
    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    private readonly RunServices _services;
    private readonly IPodHandle _handle;
    private readonly PodPlanner _planner;
    private readonly StartOptions _options;
    private readonly PodDirectories _pod;
    private readonly uint _ids;

    /// <param name="services">What it needs.</param>
    /// <param name="handle">The pod, locked and published.</param>
    /// <param name="planner">What has been decided.</param>
    /// <param name="options">What the user wants.</param>
    public PodLaunch(RunServices services, IPodHandle handle, PodPlanner planner, StartOptions options)
    {
        _services = services;
        _handle = handle;
        _planner = planner;
        _options = options;
        _pod = new PodDirectories(handle.Id, handle.Directory, services.Journals.DirectoryFor(handle.Id));
        _ids = planner.Record.PrivateUsers?.Base ?? 0;
    }

    /// <summary>The credentials of its apps; null if there are none.</summary>
    public Fd? Secrets { get; init; }

    /// <summary>The networks it is to join.</summary>
    public IReadOnlyList<NetworkAttachment> Attachments { get; init; } = [];

    /// <summary>Its record, if it was prepared: if it does not start, it stays as it was. Nothing stays of any other.</summary>
    public PodRecord? Prepared { get; init; }

    /// <returns>The exit code for the user.</returns>
    /// <exception cref="PodctlException">The pod did not start, or one of its apps could not be run.</exception>
    public int Run(CancellationToken ct)
    {
        _services.Trace.Mark("pod recorded");
        PodLeader? leader = null;
        PodConnection? connection = null;
        List<AppSession> sessions = [];
        try
        {
            using SignalQueue signals = new(PodSession.Signals(_options.Mode == RunMode.Interactive));
            _ = Libc.SetSubreaper(_options.Mode != RunMode.Detached);
            using StartingPod starting = _services.Starter.Begin(
                _pod, Description, !_planner.Record.InsecureOptions.HasFlag(InsecureOptions.Paths), _planner.Record.Volumes, _planner.Record.Limits, Secrets, Attachments.Count > 0);
            PodDirectoryMaker.Make(_pod, _planner.Apps, _planner.Record.Volumes, _ids);
            connection = Attachments.Count > 0 ? new PodConnection(_services.Networks, _pod, Attachments, _ids) : null;
            using DatagramSocket notify = BindNotifySocket();
            Outputs outputs = new(isShared: _planner.Apps.Count > 1);
            if (_options.Mode != RunMode.Detached)
            {
                sessions.AddRange(_planner.Apps.Select(app => new AppSession(app.Name, Streams(app, outputs, () => leader?.Kill()), new EndFifo(_pod, app.Name, _ids))));
            }

            PodPlan plan = _planner.Plan(_pod, sessions.Select(static session => session.Streams).OfType<ConsoleStreams>().FirstOrDefault()?.Path);
            File.WriteAllBytes(_pod.Plan, JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.PodPlan));
            starting.Planned();
            _services.Trace.Mark("plan written");
            leader = starting.Finish(
                started =>
                {
                    Record(started);
                    connection?.Begin(started, Joined);
                },
                ct);
            return Attend(leader, connection, sessions, signals, notify);
        }
        catch when (leader is null || connection is { HasFailed: true })
        {
            connection?.Settle();
            Abandon();
            throw;
        }
        finally
        {
            connection?.Dispose();
            leader?.Dispose();
            sessions.ForEach(static session => session.Dispose());
        }
    }

    private void Record(PodLeader leader)
    {
        _handle.WriteLeader(leader.Pid);
        if (Prepared is not null)
        {
            // Not before: what a start that failed was asked for, such as protections turned off, must not count for the next one.
            _handle.Update(_planner.Record);
        }
    }

    private void Joined(IReadOnlyList<PodNetwork> networks)
    {
        _handle.WriteNetworks(networks);
        _services.Trace.Mark("networks joined");
    }

    /// <summary>For the scope; everybody on the host can read it.</summary>
    private string Description => _planner.Apps.Count == 0 ? "pod without apps so far" : string.Join(", ", _planner.Apps.Select(static app => app.Description).Distinct());

    private int Attend(PodLeader leader, PodConnection? connection, List<AppSession> sessions, SignalQueue signals, DatagramSocket notify)
    {
        bool isReady = false;
        PodSession session = new(_pod, leader, sessions, signals, notify, () =>
        {
            if (HasFailedBefore())
            {
                return;
            }

            isReady = true;
            _services.Trace.Mark("apps up");
            _handle.MarkReady();
            ServiceNotification.Ready(_handle.Id);
        });
        session.Start();
        _handle.Sync();
        if (_services.Starter.Register(leader, CancellationToken.None) is string problem && !leader.HasEnded)
        {
            _services.Messages.Warn($"the pod is no machine, machinectl and `journalctl -M` do not know it: {problem}, going on without");
        }

        session.Run();
        connection?.Finish();
        _services.Trace.Mark(sessions.Count == 0 ? "detached" : "apps ended");
        session.Finish();
        if (_options is { Mode: RunMode.Interactive, Remove: false } && leader.Process is { } process)
        {
            // The console goes with podctl, and the pod's systemd would wait for it.
            _ = Readiness.Wait(process.Number, (short)Tmds.Linux.LibC.POLLIN, TearDownTimeout, CancellationToken.None);
        }

        if (sessions.Select(static session => session.Streams.Loss).OfType<string>().FirstOrDefault() is string loss)
        {
            _services.Messages.Warn($"{loss}, ignoring");
        }

        int code = new RunOutcome(_services, _pod, _planner.Apps, leader).Conclude(_options, _handle, isReady, session.StopSignal);
        if (sessions.Select(static session => session.Streams.OutputFailure).OfType<string>().FirstOrDefault() is not string failure)
        {
            return code;
        }

        _services.Messages.Warn($"cannot write the app's output: {failure}; `podctl logs` has all of it");
        return code == 0 ? (int)ExitCode.RunFailed : code;
    }

    /// <summary>systemd says that it is up once it has nothing more to do, as when an app has ended that was to say itself when it is up.</summary>
    private bool HasFailedBefore() => _planner.Apps.Any(static app => app.Notify) && _services.Pods.Find(_handle.Id)?.Statuses.Any(
        status => status.Value.Code != 0 && _planner.Apps.Any(app => app is { Notify: true, Restart: RestartPolicy.No } && app.Name == status.Key.ToString())) == true;

    private IAppStreams Streams(AppSpec app, Outputs outputs, Action kill) => _options.Mode == RunMode.Interactive
        ? new ConsoleStreams(_ids + app.Uid, _ids + app.Gid, kill)
        : new PipeStreams(_pod, app.Name, _ids + app.Uid, _ids + app.Gid, app.HasInput, outputs);

    private DatagramSocket BindNotifySocket()
    {
        // A socket's address is short (unix(7)), and the data directory may be deep.
        using Fd directory = Files.Open(_pod.Exchange, Tmds.Linux.LibC.O_PATH | Tmds.Linux.LibC.O_DIRECTORY);
        DatagramSocket socket = DatagramSocket.Bind($"{directory.ProcPath}/{Exchange.NotifySocket}");
        Files.SetOwner(directory, Exchange.NotifySocket, _ids, _ids);
        return socket;
    }

    /// <summary>A start that failed leaves nothing: the scope's processes, then the files.</summary>
    private void Abandon()
    {
        try
        {
            _ = _services.Units().KillUnit(_handle.Id.ScopeName, KillTarget.All, Tmds.Linux.LibC.SIGKILL);
            _ = _services.Pods.WaitUntilEmpty(_handle.Id, TearDownTimeout, CancellationToken.None);

            // A scope whose process was a zombie before it came in has never had one, so that systemd is never told that it is empty.
            _ = _services.Units().StopUnit(_handle.Id.ScopeName, TearDownTimeout).Wait(CancellationToken.None);
            _ = _services.Networks.Leave(_handle.Id);
            if (Prepared is not null)
            {
                _handle.Update(Prepared);
                _handle.RemoveStart();
            }
            else
            {
                _handle.Remove();
            }
        }
        catch (Exception e) when (e is PodctlException or NativeException or IOException)
        {
            _services.Messages.Warn($"pod '{_handle.Id}' could not be removed: {e.Message}, leaving it to `podctl gc`");
        }
    }
}

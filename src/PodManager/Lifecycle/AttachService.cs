using Common.Contract;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>`podctl attach`: the streams of an app in the background, by way of the service in its pod that holds them.</summary>
internal sealed class AttachService(PodService pods, IMessageSink messages) : IAttacher
{
    private const int FatalSignal = 128;

    /// <summary>The app's status is written right after its output is complete.</summary>
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan StatusPause = TimeSpan.FromMilliseconds(10);

    public AttachTargets TargetsOf(PodId pod, AppName? app)
    {
        using RunningPod running = RunningPod.Open(pods, pod);
        return ModesOf(AppProcess.AppOf(running.Pod, app)).Targets;
    }

    public int Attach(PodId id, AppName? name, AttachMode mode)
    {
        using RunningPod running = RunningPod.Open(pods, id);
        Pod pod = running.Pod;
        PodApp app = AppProcess.AppOf(pod, name);
        AttachTargets targets = mode.In(app.Name, ModesOf(app));
        using (AppProcess.TryOpen(pod, app) ?? throw NotRunning(pod, app))
        {
        }

        AttachEnd end;
        using (AttachSession session = new(Connect(running, app), targets, messages.Warn))
        {
            end = session.Run();
        }

        switch (end.Kind)
        {
            case AttachEndKind.Signal:
                return FatalSignal + end.Signal;
            case AttachEndKind.Left:
                messages.Note($"left app '{app.Name}', which goes on");
                return (int)ExitCode.Ok;
            case AttachEndKind.NothingLeft:
                return (int)ExitCode.Ok;
            default:
                return CodeOf(pod, app, hasEnded: end.Kind == AttachEndKind.AppEnded);
        }
    }

    private static StreamModes ModesOf(PodApp app) => app.Streams ?? StreamModes.Default;

    private static PodctlException NotRunning(Pod pod, PodApp app) => new(ExitCode.WrongState, $"app '{app.Name}' of pod '{pod.Id}' is not running");

    /// <summary>The pod's root may have put a link in the socket's place: it must not lead out of the pod.</summary>
    private static MessageSocket Connect(RunningPod running, PodApp app)
    {
        try
        {
            using Fd root = Files.OpenAt(running.Leader, "root", O_PATH | O_DIRECTORY);
            using Fd socket = Files.OpenInRoot(root, MuxProtocol.PathOf(app.Name.ToString()), O_PATH);
            return MessageSocket.Connect(socket.ProcPath);
        }
        catch (NativeException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED)
        {
            throw new PodctlException(
                ExitCode.RunFailed, $"nobody holds the streams of app '{app.Name}' any more", $"`podctl logs --all {running.Pod.Id.Short}` may tell why", e);
        }
    }

    private int CodeOf(Pod before, PodApp app, bool hasEnded)
    {
        AppStatus? old = before.Statuses.GetValueOrDefault(app.Name);
        long deadline = Environment.TickCount64 + (long)StatusTimeout.TotalMilliseconds;
        while (true)
        {
            Pod pod = pods.Get(before.Id);
            AppStatus? status = pod.Statuses.GetValueOrDefault(app.Name);
            if (status is not null && status.Finished != old?.Finished)
            {
                return status.Code;
            }

            if (!pod.HasProcesses)
            {
                return FatalSignal + SIGKILL; // nobody was left to write one
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new PodctlException(ExitCode.RunFailed, hasEnded ? $"app '{app.Name}' has ended and left no status" : $"nobody holds the streams of app '{app.Name}' any more");
            }

            _ = Poll.Wait([], StatusPause, []);
        }
    }
}

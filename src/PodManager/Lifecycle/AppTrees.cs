using Common.Contract;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Opens the file systems of apps.</summary>
/// <param name="pods">The pods.</param>
/// <param name="store">For the locks of pods that have ended.</param>
/// <param name="dataDirectory">Holds `pods/`.</param>
internal sealed class AppTrees(PodService pods, IPodStore store, string dataDirectory)
{
    // For a copy or an export of the same pod that is under way.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The root of an app in a pod that is up, by a process of the app; between two of its processes, or after its end, by the pod's PID 1.</summary>
    /// <exception cref="PodctlException">The pod is not up.</exception>
    public AppTree OpenUp(PodId id, AppName? name)
    {
        Pod pod = pods.GetUp(id);
        PodApp app = AppProcess.AppOf(pod, name);
        return TryOpenOf(AppProcess.TryOpen(pod, app), "", pod) ?? TryOpenOf(LeaderOf(pod), AppRoots.PathOf(app.Name.ToString()), pod)
            ?? throw new PodctlException(ExitCode.WrongState, $"app '{app.Name}' of pod '{id}' is not running");
    }

    /// <summary>The layers and the changes of an app in a pod of which nothing runs; nobody removes the pod while they are held.</summary>
    /// <exception cref="PodctlException">Something of it runs.</exception>
    public AppTree OpenEnded(Pod pod, PodApp app, CancellationToken ct)
    {
        IPodHandle hold = store.TryLock(pod.Id, Patience, ct) ?? throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' is in use by another podctl", "try again when that has ended");
        try
        {
            // Nobody must be able to change what is read now, or swap a directory for a link.
            if (!store.WaitUntilEmpty(pod.Id, TearDownTimeout, ct))
            {
                throw new PodctlException(ExitCode.WrongState, $"pod '{pod.Id}' still has processes");
            }

            string upper = new PodDirectories(pod.Id, Path.Combine(dataDirectory, "pods", pod.Id.ToString()), "").Upper(app.Name.ToString());
            return new AppTree(new IdShift(pod.Record!.PrivateUsers)) { Hold = hold, Layers = app.Layers, Upper = Directory.Exists(upper) ? upper : null };
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private Fd? LeaderOf(Pod pod)
    {
        Fd? leader = pod.LeaderPid is int pid ? RunningPod.OpenProcess(pid) : null;
        if (leader is not null && pods.Get(pod.Id).LeaderPid != pod.LeaderPid)
        {
            leader.Dispose(); // the number may be another process's by now
            return null;
        }

        return leader;
    }

    /// <param name="process">/proc/PID.</param>
    /// <param name="path">The app's root, in that of the process.</param>
    /// <param name="pod">The pod.</param>
    /// <returns>Null if the process has ended, or has not come to its root yet.</returns>
    private static AppTree? TryOpenOf(Fd? process, string path, Pod pod)
    {
        if (process is null)
        {
            return null;
        }

        using Fd held = process;
        try
        {
            using Fd own = Files.Open("/proc/self/ns/mnt", O_RDONLY);
            using Fd? above = path.Length > 0 ? Files.OpenAt(process, "root", O_PATH | O_DIRECTORY) : null;
            Fd root = above is null ? Files.OpenAt(process, "root", O_PATH | O_DIRECTORY) : Files.OpenInRoot(above, path, O_PATH | O_DIRECTORY);
            Fd mounts = Files.OpenAt(process, "ns/mnt", O_RDONLY);

            // An app's root is an overlay. That of a process of systemd's, which is about to become the app, is not.
            if (FileSystems.IsOverlay(root) && Files.Identity(mounts) != Files.Identity(own))
            {
                return new AppTree(new IdShift(pod.Record?.PrivateUsers)) { Root = root, Mounts = mounts };
            }

            root.Dispose();
            mounts.Dispose();
            return null;
        }
        catch (NativeException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH)
        {
            return null;
        }
    }
}

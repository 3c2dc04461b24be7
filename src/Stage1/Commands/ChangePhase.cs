using Common.Contract;
using Common.Native;
using Stage1.Mounts;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>
/// `stage1 change`: with the host's privileges, it makes the mounts of apps that come, in a mount namespace of its own, takes them along into the pod's, and removes those of apps that go. What is left is
/// done by `stage1 complete`, as the pod's root. It ends what it has begun, also when podctl is gone: until then nobody else has the pod's lock.
/// </summary>
internal static class ChangePhase
{
    public static void Run(UnixSocket podctl)
    {
        using Fd planFile = JoinPhase.Take(Stage1Protocol.PlanDescriptor);
        using Fd cgroup = JoinPhase.Take(Stage1Protocol.CgroupDescriptor);
        using Fd leader = JoinPhase.Take(Stage1Protocol.LeaderDescriptor);
        using Fd held = JoinPhase.Take(Stage1Protocol.LockDescriptor);
        AppChange change = PlanFileReader.ReadChange(planFile);
        using Fd? secrets = change.Pod.HasSecrets ? JoinPhase.Take(Stage1Protocol.SecretsDescriptor) : null;
        using Fd program = JoinPhase.CopyOfProgram();
        using PodNamespaces pod = new(leader, change.Pod.Users is not null);
        OuterPhase.NewMountNamespace();
        using Fd own = Files.Open("/proc/thread-self/ns/mnt", O_RDONLY);
        IReadOnlyList<(Fd Mount, string Target)> mounts = change.Pod.Apps.Count == 0 ? [] : PodRoot.BuildApps(change.Pod, pod.Users);
        using MountCarrier? carrier = pod.Users is null || mounts.Count == 0 ? null : new MountCarrier(change.Pod.BuildRoot, own, pod.Mounts);
        PodNamespaces.JoinMounts(pod.Mounts);
        using (SafeRoot root = new("/"))
        {
            foreach (string app in change.Removed)
            {
                AppRemoval.Detach(root, app);
            }

            // What is made on the way is the pod's root's.
            using FileUser owner = FileUser.Enter(change.Pod.Users?.Base ?? 0);
            Attach(root, mounts, carrier);
        }

        // What is executed is the host's, as long as this process is the host's root.
        PodNamespaces.JoinMounts(own);
        pod.Join();
        List<(Fd, int)> descriptors =
        [
            (podctl.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor), (held, Stage1Protocol.LockDescriptor),
        ];
        if (secrets is not null)
        {
            descriptors.Add((secrets, Stage1Protocol.SecretsDescriptor));
        }

        int code = Spawn.Wait(JoinPhase.StartInPod(cgroup, pod, program, Stage1Protocol.CompleteVerb, descriptors));
        if (code == 0)
        {
            podctl.Send($"{Stage1Protocol.ExitedPrefix}0");
        }
    }

    /// <summary>Whatever is missing on the way to their places is made.</summary>
    private static void Attach(SafeRoot root, IReadOnlyList<(Fd Mount, string Target)> mounts, MountCarrier? carrier)
    {
        carrier?.Open(root);
        try
        {
            foreach ((Fd made, string target) in mounts)
            {
                using Fd mount = made;
                using Fd? locked = carrier?.Carry(root, mount);
                using Fd there = Files.IsDirectory(mount) ? root.Directory(target, followLinks: false) : root.FileToCover(target);
                MountApi.Attach(locked ?? mount, there, target);
            }
        }
        finally
        {
            if (carrier is not null)
            {
                MountCarrier.Close(root);
            }
        }
    }
}

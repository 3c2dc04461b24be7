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
        using Fd hostProgram = Files.Open("/proc/self/exe", O_PATH);
        using Fd cgroups = Files.OpenAt(leader, "ns/cgroup", O_RDONLY);
        using Fd? users = change.Pod.Users is null ? null : Files.OpenAt(leader, "ns/user", O_RDONLY);
        OuterPhase.NewMountNamespace();
        IReadOnlyList<(Fd Mount, string Target)> mounts = change.Pod.Apps.Count == 0 ? [] : PodRoot.BuildApps(change.Pod, users);
        JoinPhase.Join(leader);
        using (SafeRoot root = new("/"))
        {
            foreach (string app in change.Removed)
            {
                AppRemoval.Detach(root, app);
            }

            foreach ((Fd mount, string target) in mounts)
            {
                using (mount)
                {
                    Attach(root, mount, target, change.Pod.Users?.Base ?? 0);
                }
            }
        }

        using Fd? podProgram = JoinPhase.ProgramInPod();
        Fd program = podProgram ?? hostProgram;
        List<(Fd, int)> descriptors =
        [
            (podctl.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor), (held, Stage1Protocol.LockDescriptor),
        ];
        if (secrets is not null)
        {
            descriptors.Add((secrets, Stage1Protocol.SecretsDescriptor));
        }

        int code = Spawn.Wait(JoinPhase.StartInPod(cgroup, cgroups, program, users, Stage1Protocol.CompleteVerb, descriptors));
        if (code == 0)
        {
            podctl.Send($"{Stage1Protocol.ExitedPrefix}0");
        }
    }

    /// <summary>Whatever is missing on the way is made, for the pod's root user.</summary>
    private static void Attach(SafeRoot root, Fd mount, string target, uint owner)
    {
        for (int slash = target.IndexOf('/', 1); slash > 0; slash = target.IndexOf('/', slash + 1))
        {
            Own(root, target[..slash], owner, isDirectory: true);
        }

        Own(root, target, owner, Files.IsDirectory(mount));
        using Fd there = root.Find(target, followLinks: false) ?? throw new PodStartException($"'{target}' is gone from the pod's root");
        MountApi.Attach(mount, there, target);
    }

    private static void Own(SafeRoot root, string path, uint owner, bool isDirectory)
    {
        if (root.Find(path, followLinks: false) is { } there)
        {
            there.Dispose();
            return;
        }

        using Fd made = isDirectory ? root.Directory(path, followLinks: false) : root.FileToCover(path);
        _ = NativeException.ThrowIfFailed(Libc.FChOwnAt(made.Number, "", owner, owner, Libc.AtEmptyPath), "chown", $"'{path}'");
    }
}

using Common.Contract;
using Common.Native;
using Stage1.Mounts;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>The inner half: PID 1 of the pod, root of its user namespace, on the way to becoming systemd.</summary>
internal static class InnerPhase
{
    private const int ParentDeathSignal = 1; // PR_SET_PDEATHSIG, prctl(2)
    private const int DropFromBoundingSet = 24; // PR_CAPBSET_DROP

    public static void Run(string planPath, UnixSocket outer)
    {
        Await(Stage1Protocol.Built, outer);
        PodPlan plan = PlanFileReader.Read(planPath);
        if (plan.Users is not null)
        {
            _ = Libc.Close(Stage1Protocol.UserNamespaceDescriptor); // nsenter(1) has used it
        }

        // With all that the outer half has mounted; from here on neither sees the other's mounts.
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_NEWNS), "unshare", "(mount namespace)");
        _ = Libc.UMask(0);
        EnterRoot(plan);
        File.Delete(PodRoot.Plan);
        KernelFileSystems.Mount(plan);
        SystemdDevices(plan);
        AppRoot.CompleteAll(plan.Apps);
        if (plan.HasSecrets)
        {
            CredentialFiles.Share();
        }

        HideBuildMounts();
        _ = NativeException.ThrowIfFailed(Libc.SetHostName(plan.HostName, (nuint)plan.HostName.Length), "sethostname", plan.HostName);
        _ = Libc.UMask(0x12);
        SystemCallFilter.RefuseBpf();

        outer.Send(Stage1Protocol.Ready);
        Await(Stage1Protocol.Exec, outer);

        // Its root is the cgroup that this process is in by now.
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_NEWCGROUP), "unshare", "(cgroup namespace)");
        KernelFileSystems.MountCgroups();
        RestartProcessNumbers();
        if (plan.NoNestedUsers)
        {
            // A limit of this user namespace alone. No filter on clone(2)'s flags does it as cheaply, and clone3(2) has its flags where no filter can look.
            File.WriteAllText("/proc/sys/user/max_user_namespaces", "0");
        }

        DropCapabilities(plan);
        _ = NativeException.ThrowIfFailed(Libc.SetResGid(PodPlan.ManagerGroup, PodPlan.ManagerGroup, PodPlan.ManagerGroup), "setresgid", $"{PodPlan.ManagerGroup}");
        if (plan.DieWithParent)
        {
            // Sent when podctl dies. systemd takes it as `power off in order`; nothing is killed that could still end by itself. After the change of groups, which clears it (prctl(2)).
            _ = NativeException.ThrowIfFailed(Libc.PrCtl(ParentDeathSignal, StopSignals.PowerOff, 0, 0, 0), "prctl");

            // The outer half waits for the next step, unless it is gone, as podctl is then: before anybody would have told.
            if (Poll.Wait([outer.Fd], TimeSpan.Zero, stackalloc bool[1]))
            {
                throw new PodStartException("podctl went away before the pod could start");
            }
        }

        NullStandardStreams();
        Spawn.Exec(plan.Init[0], plan.Init, plan.InitEnvironment);
    }

    /// <summary>pivot_root(2) needs a mount that is not locked, and all that came from the outer half's namespace are (mount_namespaces(7)): a copy is not.</summary>
    private static void EnterRoot(PodPlan plan)
    {
        MountApi.Mount(plan.BuildRoot, plan.BuildRoot, null, (ulong)(MS_BIND | MS_REC), null);
        _ = NativeException.ThrowIfFailed(Libc.ChDir(plan.BuildRoot), "chdir", plan.BuildRoot);
        MountApi.PivotRoot("." + PodRoot.OldRoot);
        _ = NativeException.ThrowIfFailed(Libc.ChDir("/"), "chdir", "/");
        MountApi.Detach(PodRoot.OldRoot);
    }

    /// <summary>The pod's own /dev, for systemd and what it runs outside the apps.</summary>
    private static void SystemdDevices(PodPlan plan)
    {
        using SafeRoot root = new("/");
        foreach (string name in plan.Console is null ? DeviceFiles.Shared : [.. DeviceFiles.Shared, DeviceFiles.Console])
        {
            string source = $"{PodRoot.Devices}/{name}";
            if (File.Exists(source))
            {
                using Fd target = root.FileToCover($"/dev/{name}");
                using Fd mount = MountApi.Clone(source, recursive: false);
                MountApi.Attach(mount, target, name);
            }
        }

        foreach ((string name, string target) in DeviceFiles.Links)
        {
            root.LinkIfMissing($"/dev/{name}", target);
        }
    }

    /// <summary>The host's proc shows the host's processes: it must not stay where something in the pod could look at it.</summary>
    private static void HideBuildMounts()
    {
        foreach (string path in new[] { PodRoot.HostProc, PodRoot.HostSys })
        {
            using Fd cover = MountApi.Create("tmpfs", [("mode", "0000"), ("size", "4k")], MountAttributes.ReadOnly);
            MountApi.Attach(cover, path);
        }
    }

    private static void Await(string word, UnixSocket outer)
    {
        if (outer.Receive()?.Text != word)
        {
            throw new PodStartException("podctl went away before the pod could start");
        }
    }

    /// <summary>The runtime's threads took the numbers after 1; with this systemd's first child, journald, is process 2 (proc(5), ns_last_pid).</summary>
    private static void RestartProcessNumbers()
    {
        try
        {
            using Fd file = Files.Open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
            Files.WriteAll(file, "1"u8);
        }
        catch (NativeException)
        {
            // A kernel without CONFIG_CHECKPOINT_RESTORE: the numbers are only for looks.
        }
    }

    private static void DropCapabilities(PodPlan plan)
    {
        foreach (int capability in plan.DroppedCapabilities)
        {
            _ = Libc.PrCtl(DropFromBoundingSet, (nuint)capability, 0, 0, 0); // a kernel that does not know it cannot give it either
        }

        CapabilitySets.ClearInheritable();
    }

    private static void NullStandardStreams()
    {
        using Fd device = Files.Open("/dev/null", O_RDWR);
        for (int fd = 0; fd <= 2; fd++)
        {
            _ = NativeException.ThrowIfFailed(Libc.Dup2(device.Number, fd), "dup2");
        }
    }
}

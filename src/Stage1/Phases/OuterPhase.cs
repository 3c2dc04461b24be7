using Common.Contract;
using Common.Native;
using Stage1.Mounts;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>
/// The outer half: still in the host's user namespace, it makes every mount that needs the host's privileges, in a mount namespace of its own,
/// and starts the inner half inside the pod's namespaces. It is gone once the pod's PID 1 is systemd.
/// </summary>
internal static class OuterPhase
{
    private const int ParentDeathSignal = 1; // PR_SET_PDEATHSIG, prctl(2)

    private static readonly string[] Path = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

    public static void Run(string planPath, UnixSocket podctl)
    {
        DieWithPodctl();
        Await(Stage1Protocol.Planned, podctl);
        PodPlan plan = PlanFileReader.Read(planPath);
        IReadOnlyList<AppSecret> secrets = plan.HasSecrets ? CredentialFiles.Receive() : [];
        NewMountNamespace();
        ProcessLimits.Raise(plan.Limits);
        using Fd? users = plan.Users is null ? null : UserNamespace.Create(plan.Users, Path);
        using InnerHalf inner = InnerHalf.Start(plan, users, Path);
        PodRoot.Build(plan, users);
        using (SafeRoot root = new(plan.BuildRoot))
        {
            CredentialFiles.Write(root, secrets, plan.Users?.Base ?? 0);
        }

        CopyPlan(plan, planPath);
        inner.Build(podctl);
        podctl.Send(Stage1Protocol.LeaderPrefix + inner.Leader);
        Await(Stage1Protocol.Go, podctl);
        string cgroup = Cgroups.Own();
        if (plan.Users is not null)
        {
            Cgroups.GiveTo(plan.Users.Base, cgroup);
        }

        Cgroups.Move(inner.Leader, cgroup);
        inner.BecomeSystemd(podctl);
        podctl.Send(Stage1Protocol.Running);
    }

    /// <summary>Until the pod runs nobody else would clean up after a podctl that was killed.</summary>
    private static void DieWithPodctl() =>
        NativeException.ThrowIfFailed(Libc.PrCtl(ParentDeathSignal, (nuint)SIGKILL, 0, 0, 0), "prctl");

    internal static void NewMountNamespace()
    {
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_NEWNS), "unshare", "(mount namespace)");
        MountApi.Mount(null, "/", null, (ulong)(MS_REC | MS_PRIVATE), null);
    }

    private static void Await(string word, UnixSocket podctl)
    {
        if (podctl.Receive()?.Text != word)
        {
            throw new PodStartException("podctl went away before the pod could start");
        }
    }

    /// <summary>The pod's root user cannot read podctl's directories; the plan goes where it can, and the inner half removes it there.</summary>
    private static void CopyPlan(PodPlan plan, string planPath)
    {
        string copy = plan.BuildRoot + PodRoot.Plan;
        File.Copy(planPath, copy);
        uint owner = plan.Users?.Base ?? 0;
        Files.SetOwner(null, copy, owner, owner);
    }
}

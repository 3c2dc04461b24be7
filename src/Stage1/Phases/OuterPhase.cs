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

    public static void Run(PodPlan plan, string planPath, UnixSocket podctl)
    {
        DieWithPodctl();
        NewMountNamespace();
        using Fd? users = plan.Users is null ? null : UserNamespace.Create(plan.Users, Path);
        PodRoot.Build(plan, users);
        AwaitGo(podctl);
        if (plan.Users is not null)
        {
            Cgroups.GiveOwnTo(plan.Users.Base);
        }

        int leader = StartInnerHalf(plan, CopyPlan(plan, planPath), users, podctl);
        podctl.Send(Stage1Protocol.LeaderPrefix + leader);
    }

    /// <summary>Until the pod runs nobody else would clean up after a podctl that was killed.</summary>
    private static void DieWithPodctl() =>
        NativeException.ThrowIfFailed(Libc.PrCtl(ParentDeathSignal, (nuint)SIGKILL, 0, 0, 0), "prctl");

    private static void NewMountNamespace()
    {
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_NEWNS), "unshare", "(mount namespace)");
        MountApi.Mount(null, "/", null, (ulong)(MS_REC | MS_PRIVATE), null);
    }

    private static void AwaitGo(UnixSocket podctl)
    {
        if (podctl.Receive()?.Text != Stage1Protocol.Go)
        {
            throw new PodStartException("podctl went away before the pod could start");
        }
    }

    /// <summary>The pod's root user cannot read podctl's directories; the plan goes where it can, and the inner half removes it there.</summary>
    private static string CopyPlan(PodPlan plan, string planPath)
    {
        string copy = plan.BuildRoot + PodRoot.Plan;
        File.Copy(planPath, copy);
        uint owner = plan.Users?.Base ?? 0;
        Files.SetOwner(null, copy, owner, owner);
        return copy;
    }

    /// <summary>
    /// nsenter(1) joins the user namespace and unshare(1) makes the others, each single-threaded; unshare's child is PID 1 of the pod and the inner half.
    /// </summary>
    /// <returns>The host's pid of the pod's PID 1, which is systemd by then.</returns>
    private static int StartInnerHalf(PodPlan plan, string planPath, Fd? users, UnixSocket podctl)
    {
        List<string> command = users is null ? [] : ["nsenter", $"--user=/proc/self/fd/{Stage1Protocol.UserNamespaceDescriptor}", "--setuid=0", "--setgid=0", "--"];
        command.AddRange(["unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork"]);
        if (!plan.HostNetwork)
        {
            command.Add("--net");
        }

        command.AddRange(["--", Environment.ProcessPath!, Stage1Protocol.InitVerb, planPath]);

        (UnixSocket ours, UnixSocket theirs) = UnixSocket.CreatePair();
        using (ours)
        {
            ours.ReceiveSenders();
            int trampoline;
            using (theirs)
            {
                List<(Fd, int)> descriptors = [(theirs.Fd, Stage1Protocol.SocketDescriptor)];
                if (users is not null)
                {
                    descriptors.Add((users, Stage1Protocol.UserNamespaceDescriptor));
                }

                trampoline = Spawn.Start($"/usr/bin/{command[0]}", command, Path, descriptors, StopSignals.All);
            }

            int leader = AwaitReady(ours, podctl);

            // unshare(1) would wait for the pod's end. Without it the pod's PID 1 belongs to podctl, or to the host's init when podctl has left.
            _ = Libc.Kill(trampoline, SIGKILL);
            _ = Spawn.Wait(trampoline);
            ours.Send(Stage1Protocol.Exec);
            AwaitExec(ours, podctl);
            return leader;
        }
    }

    private static int AwaitReady(UnixSocket inner, UnixSocket podctl)
    {
        while (true)
        {
            (string text, int pid) = inner.Receive() ?? throw new PodStartException("the pod's first process ended before it was ready");
            if (text == Stage1Protocol.Ready)
            {
                return pid;
            }

            Forward(text, podctl);
        }
    }

    /// <summary>The inner half's socket closes when it becomes systemd; before that it can only report.</summary>
    private static void AwaitExec(UnixSocket inner, UnixSocket podctl)
    {
        while (inner.Receive() is (string text, _))
        {
            Forward(text, podctl);
        }
    }

    private static void Forward(string text, UnixSocket podctl)
    {
        if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
        {
            throw new PodStartException(text[Stage1Protocol.ErrorPrefix.Length..]);
        }

        podctl.Send(text);
    }
}

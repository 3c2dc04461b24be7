using System.Globalization;
using Common.Contract;
using Common.Native;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>
/// `stage1 join`: in the host's user namespace, beside podctl. It joins all namespaces of a pod that a process with threads may join, starts the command's first process there, and
/// waits for it. The command does not outlive podctl: this process ends with podctl's socket, and the command with this process.
/// </summary>
internal static class JoinPhase
{
    private static readonly string[] Path = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

    public static void Run(UnixSocket podctl)
    {
        using Fd planFile = Take(Stage1Protocol.PlanDescriptor);
        CommandPlan plan = PlanFileReader.ReadCommand(planFile);
        Limit(plan);
        using Fd cgroup = Take(Stage1Protocol.CgroupDescriptor);
        using Fd leader = Take(Stage1Protocol.LeaderDescriptor);
        using Fd app = Take(Stage1Protocol.AppDescriptor);
        using Fd hostProgram = Files.Open("/proc/self/exe", O_PATH);
        using Fd mounts = Files.OpenAt(app, "ns/mnt", O_RDONLY);
        using Fd cgroups = Files.OpenAt(leader, "ns/cgroup", O_RDONLY);
        using Fd? users = plan.HasUsers ? Files.OpenAt(leader, "ns/user", O_RDONLY) : null;
        Join(leader);
        using Fd? podProgram = ProgramInPod();
        Fd program = podProgram ?? hostProgram;
        int pid = StartInPod(
            cgroup, cgroups, program, users, Stage1Protocol.CommandVerb, [(podctl.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor), (mounts, Stage1Protocol.AppDescriptor)]);
        podctl.Send(Stage1Protocol.ExitedPrefix + Attend(pid, podctl).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Starts this program once more, as the pod's root, in namespaces that have been joined but for that of the users.</summary>
    /// <param name="cgroup">Where it is to be.</param>
    /// <param name="cgroups">The pod's cgroup namespace, which it joins from there.</param>
    /// <param name="program">This program.</param>
    /// <param name="users">The pod's user namespace; null for the host's.</param>
    /// <param name="verb">What it is to do.</param>
    /// <param name="descriptors">What it gets.</param>
    internal static int StartInPod(Fd cgroup, Fd cgroups, Fd program, Fd? users, string verb, IReadOnlyList<(Fd, int)> descriptors)
    {
        List<(Fd, int)> all = [.. descriptors, (cgroups, Stage1Protocol.LeaderDescriptor), (program, Stage1Protocol.ProgramDescriptor)];
        List<string> command = [$"/proc/self/fd/{Stage1Protocol.ProgramDescriptor}", verb];
        if (users is not null)
        {
            all.Add((users, Stage1Protocol.UserNamespaceDescriptor));
            command.InsertRange(0, ["nsenter", $"--user=/proc/self/fd/{Stage1Protocol.UserNamespaceDescriptor}", "--setuid=0", "--setgid=0", "--"]);
        }

        return StartIn(cgroup, users is null ? program.ProcPath : "/usr/bin/nsenter", command, all);
    }

    /// <summary>In the app's cgroup from its first instruction, or, where the C library cannot do that, with what it needs to move there: who opens the file decides who may be moved.</summary>
    private static int StartIn(Fd cgroup, string program, List<string> command, List<(Fd, int)> descriptors)
    {
        if (Spawn.HasCgroups)
        {
            return Spawn.Start(program, command, Path, descriptors, cgroup: cgroup);
        }

        using Fd processes = Files.OpenAt(cgroup, "cgroup.procs", O_WRONLY);
        return Spawn.Start(program, command, Path, [.. descriptors, (processes, Stage1Protocol.CgroupDescriptor)]);
    }

    // By number, so that it is closed at the next exec whoever opened it.
    internal static Fd Take(int number)
    {
        Files.CloseOnExec(number);
        return new Fd(number);
    }

    /// <summary>
    /// The pod's namespaces, but for its users, which only a process without threads may join (setns(2)): nsenter(1) does. And but for its cgroups, which the command joins once it is in the app's: where cgroup2
    /// is mounted with `nsdelegate`, as systemd mounts it, nobody in the namespace can be moved there from outside of it (ENOENT, the kernel's document on version 2).
    /// </summary>
    internal static void Join(Fd leader)
    {
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_FS), "unshare", "(file system attributes)");
        List<(Fd Namespace, string Name)> namespaces = [];
        foreach (string name in new[] { "pid", "ipc", "uts", "net", "mnt" })
        {
            namespaces.Add((Files.OpenAt(leader, $"ns/{name}", O_RDONLY), name));
        }

        foreach ((Fd entry, string name) in namespaces)
        {
            using (entry)
            {
                _ = NativeException.ThrowIfFailed(Libc.SetNs(entry.Number, 0), "setns", $"'{name}'");
            }
        }
    }

    /// <summary>This program as the pod sees it, where the pod's mount of /usr lets nobody write to it; null if it is installed elsewhere.</summary>
    internal static Fd? ProgramInPod()
    {
        try
        {
            return Files.Open(Environment.ProcessPath!, O_PATH);
        }
        catch (NativeException)
        {
            return null;
        }
    }

    private static void Limit(CommandPlan plan)
    {
        if (plan.OomScoreAdjustment is int adjustment)
        {
            TryWrite("/proc/self/oom_score_adj", adjustment.ToString(CultureInfo.InvariantCulture));
        }

        foreach (ResourceLimit limit in plan.Limits)
        {
            Set(limit);
        }
    }

    // A host that may not raise a limit leaves the command with the lower one.
    private static unsafe void Set(ResourceLimit limit)
    {
        nuint* values = stackalloc nuint[2];
        (values[0], values[1]) = ((nuint)limit.Soft, (nuint)limit.Hard);
        if (Libc.SetRLimit(limit.Resource, values) < 0 && Libc.GetRLimit(limit.Resource, values) == 0)
        {
            values[0] = nuint.Min((nuint)limit.Soft, values[1]);
            values[1] = nuint.Min((nuint)limit.Hard, values[1]);
            _ = Libc.SetRLimit(limit.Resource, values);
        }
    }

    private static void TryWrite(string path, string text)
    {
        try
        {
            using Fd file = Files.Open(path, O_WRONLY);
            Files.WriteAll(file, System.Text.Encoding.ASCII.GetBytes(text));
        }
        catch (NativeException)
        {
            // lowering it needs CAP_SYS_RESOURCE
        }
    }

    /// <returns>The exit code, or 128 plus the signal.</returns>
    private static int Attend(int pid, UnixSocket podctl)
    {
        using Fd process = Pidfd.Open(pid)!; // not waited for yet, so it cannot be gone
        Span<bool> ready = stackalloc bool[2];
        while (true)
        {
            _ = Poll.Wait([process, podctl.Fd], null, ready);
            if (ready[0])
            {
                return Spawn.Wait(pid);
            }

            if (ready[1])
            {
                string? text = podctl.Receive()?.Text;
                bool isSignal = text?.StartsWith(Stage1Protocol.SignalPrefix, StringComparison.Ordinal) == true;
                _ = Pidfd.Signal(process, isSignal ? int.Parse(text.AsSpan(Stage1Protocol.SignalPrefix.Length), CultureInfo.InvariantCulture) : SIGKILL);
                if (!isSignal)
                {
                    return Spawn.Wait(pid);
                }
            }
        }
    }
}

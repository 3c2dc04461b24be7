using System.Globalization;
using Common.Contract;
using Common.Native;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>
/// `stage1 join`: in the host's user namespace, beside podctl. It joins what of a pod has no files, starts the command's first process there, and
/// waits for it. The command does not outlive podctl: this process ends with podctl's socket, and the command with this process.
/// </summary>
internal static class JoinPhase
{
    private const uint OtherGroup = 65534;
    private const uint Unchanged = uint.MaxValue;

    private static readonly string[] Path = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

    public static void Run(UnixSocket podctl)
    {
        using Fd planFile = Take(Stage1Protocol.PlanDescriptor);
        CommandPlan plan = PlanFileReader.ReadCommand(planFile);
        Limit(plan);
        using Fd cgroup = Take(Stage1Protocol.CgroupDescriptor);
        using Fd leader = Take(Stage1Protocol.LeaderDescriptor);
        using Fd app = Take(Stage1Protocol.AppDescriptor);
        using Fd program = CopyOfProgram();
        using Fd mounts = Files.OpenAt(app, "ns/mnt", O_RDONLY);
        using PodNamespaces pod = new(leader, plan.HasUsers);
        pod.Join();
        int pid = StartInPod(
            cgroup, pod, program, Stage1Protocol.CommandVerb, [(podctl.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor), (mounts, Stage1Protocol.AppDescriptor)]);
        podctl.Send(Stage1Protocol.ExitedPrefix + Attend(pid, podctl).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Starts this program once more, as the pod's root. The host's nsenter(1) joins the pod's mounts, then its users, and only then executes: in the pod's files its root may have put another nsenter(1), loader or
    /// library in the place of the host's, which is for nobody but the pod's root to execute.
    /// </summary>
    /// <param name="cgroup">Where it is to be.</param>
    /// <param name="pod">The pod's namespaces, those without files joined.</param>
    /// <param name="program">This program.</param>
    /// <param name="verb">What it is to do.</param>
    /// <param name="descriptors">What it gets.</param>
    internal static int StartInPod(Fd cgroup, PodNamespaces pod, Fd program, string verb, IReadOnlyList<(Fd, int)> descriptors)
    {
        List<(Fd, int)> all =
        [
            .. descriptors, (pod.Cgroups, Stage1Protocol.LeaderDescriptor), (program, Stage1Protocol.ProgramDescriptor), (pod.Mounts, Stage1Protocol.MountNamespaceDescriptor),
        ];
        List<string> command = ["nsenter", $"--mount=/proc/self/fd/{Stage1Protocol.MountNamespaceDescriptor}"];
        if (pod.Users is not null)
        {
            all.Add((pod.Users, Stage1Protocol.UserNamespaceDescriptor));
            command.Add($"--user=/proc/self/fd/{Stage1Protocol.UserNamespaceDescriptor}");
        }

        command.AddRange(["--setuid=0", "--setgid=0", "--", $"/proc/self/fd/{Stage1Protocol.ProgramDescriptor}", verb]);

        // For a moment nsenter(1) is the host's root in the pod's user namespace, whose root could trace it and write to the host's /proc/sys with it. A program that is executed with two different
        // groups cannot be traced from there (PR_SET_DUMPABLE, prctl(2)), and its loader trusts no environment.
        _ = NativeException.ThrowIfFailed(Libc.SetResGid(OtherGroup, Unchanged, Unchanged), "setresgid");

        // Here, so that it holds whatever is executed in the pod in this program's place.
        SystemCallFilter.RefuseBpf();
        return StartIn(cgroup, "/usr/bin/nsenter", command, all);
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
    /// This program, on a mount of its own that is read-only: whoever gets hold of it in a pod cannot write to the host's file through /proc/PID/exe, wherever that is and whoever its root is.
    /// To be made before anything is joined.
    /// </summary>
    internal static Fd CopyOfProgram()
    {
        Fd copy = MountApi.Clone(Environment.ProcessPath!, recursive: false);
        MountApi.SetAttributes(copy, MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices, recursive: false, name: Environment.ProcessPath!);
        return copy;
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

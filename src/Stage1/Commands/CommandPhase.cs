using System.Runtime.InteropServices;
using Common.Contract;
using Common.Native;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>`stage1 command`: a process in the pod, root there, that takes on everything the app is confined by and becomes the command.</summary>
internal static class CommandPhase
{
    private const int ParentDeathSignal = 1; // PR_SET_PDEATHSIG, prctl(2)
    private const int Dumpable = 4; // PR_SET_DUMPABLE
    private const nuint ControllingTerminal = 0x540E; // TIOCSCTTY, ioctl_tty(2)
    private const int JoinSessionKeyring = 1; // KEYCTL_JOIN_SESSION_KEYRING, keyctl(2)

    public static void Run(UnixSocket podctl)
    {
        // What runs in the pod has no business with a process that is still half the host's.
        _ = Libc.PrCtl(Dumpable, 0, 0, 0, 0);
        using Fd planFile = new(Stage1Protocol.PlanDescriptor);
        CommandPlan plan = PlanFileReader.ReadCommand(planFile);
        using Fd mounts = new(Stage1Protocol.AppDescriptor);
        EnterCgroup();
        TakeTerminal(plan);
        _ = NativeException.ThrowIfFailed(Libc.Unshare((int)CLONE_FS), "unshare", "(file system attributes)");
        _ = NativeException.ThrowIfFailed(Libc.SetNs(mounts.Number, (int)CLONE_NEWNS), "setns", "(the app's mounts)");
        _ = Libc.SysCall(SysKeyCtl, JoinSessionKeyring, 0, 0, 0, 0); // a kernel without keyrings has none to share
        Credentials.Become(plan);
        if (Libc.ChDir(plan.WorkingDirectory) < 0)
        {
            throw new PodStartException($"cannot change to the working directory '{plan.WorkingDirectory}': {NativeException.Describe((Errno)Marshal.GetLastPInvokeError())}");
        }

        DieWithParent();
        Files.KeepFromChildren();
        Report(Execute(plan), podctl);
    }

    /// <summary>Where the C library has not put this process there already.</summary>
    internal static void EnterCgroup()
    {
        if (!Spawn.HasCgroups)
        {
            using Fd cgroup = new(Stage1Protocol.CgroupDescriptor);
            Files.WriteAll(cgroup, "0"u8); // this process
        }

        using Fd cgroups = new(Stage1Protocol.LeaderDescriptor);
        _ = NativeException.ThrowIfFailed(Libc.SetNs(cgroups.Number, (int)CLONE_NEWCGROUP), "setns", "(the pod's cgroups)");
    }

    private static long SysKeyCtl => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 250 : 219;

    /// <summary>A session of its own: the caller's terminal is out of reach (credentials(7)).</summary>
    private static unsafe void TakeTerminal(CommandPlan plan)
    {
        _ = Libc.SetSid(); // fails only for a process that leads a group, and then a session
        if (plan.HasTerminal)
        {
            _ = NativeException.ThrowIfFailed(Libc.IoCtl(0, ControllingTerminal, null), "ioctl", "(controlling terminal)");
        }
    }

    private static void DieWithParent()
    {
        // After the last change of users, which clears it.
        _ = NativeException.ThrowIfFailed(Libc.PrCtl(ParentDeathSignal, (nuint)SIGKILL, 0, 0, 0), "prctl");
        if (Libc.GetPPid() != 0)
        {
            throw new PodStartException("podctl went away before the command could start"); // outside the pod a parent has no number
        }
    }

    /// <returns>Why no program was executed.</returns>
    private static Errno Execute(CommandPlan plan)
    {
        string program = plan.Arguments[0];
        List<string> candidates = [program];
        if (!program.Contains('/', StringComparison.Ordinal))
        {
            string path = plan.Environment.LastOrDefault(static entry => entry.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? "";
            candidates = [.. path.Split(':').Select(directory => directory.Length == 0 ? program : $"{directory}/{program}")];
        }

        return Spawn.ExecFirst(candidates, plan.Arguments, plan.Environment, () =>
        {
            foreach (byte[] program in plan.CallFilters)
            {
                SystemCallFilter.Install(program);
            }
        });
    }

    private static void Report(Errno errno, UnixSocket podctl) => podctl.Send(
        errno is Errno.ENOENT or Errno.ENOTDIR ? Stage1Protocol.NotFound : Stage1Protocol.RefusedPrefix + NativeException.Describe(errno));
}

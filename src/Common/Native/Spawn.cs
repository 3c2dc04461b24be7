using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>Starts programs with posix_spawn(3), the one way that is safe in a process with more than one thread.</summary>
internal static unsafe class Spawn
{
    private const short SetSigDef = 0x04;
    private const short SetSigMask = 0x08;
    private const short SetSession = 0x80;
    private const short SetCgroup = 0x100;
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC, fcntl(2)

    // Below 64: the kernel's first descriptor table ends there, and enlarging the table of a process with threads waits 10 ms for an RCU grace period.
    private const int AboveTargets = 16;

    // Since glibc 2.39; elsewhere there is none.
    private static readonly delegate* unmanaged<byte*, int, int> SetCgroupOf =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "posix_spawnattr_setcgroup_np", out nint address) ? (delegate* unmanaged<byte*, int, int>)address : null;

    // Larger than glibc's posix_spawn_file_actions_t (80), posix_spawnattr_t (336) and sigset_t (128), and musl's.
    private const int OpaqueSize = 512;

    /// <summary>Whether a child can begin its life in another cgroup. To be moved there later costs an RCU grace period, 6 to 14 ms.</summary>
    internal static bool HasCgroups => SetCgroupOf is not null;

    /// <summary>
    /// Starts <paramref name="path"/> with every signal at its default action and none blocked, but for those in <paramref name="blockedSignals"/>.
    /// The child gets only the descriptors in <paramref name="descriptors"/>, under the number they are listed with; everything else must be close-on-exec.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, its name first.</param>
    /// <param name="environment">`KEY=VALUE`.</param>
    /// <param name="descriptors">What it inherits, and under which number.</param>
    /// <param name="blockedSignals">Signals that wait until somebody in the child fetches them.</param>
    /// <param name="ownSession">The terminal's signals do not reach the child (setsid(2)).</param>
    /// <param name="cgroup">The directory of the cgroup in which it begins (<see cref="HasCgroups"/>); null for this process's own.</param>
    /// <returns>The child's process id.</returns>
    internal static int Start(
        string path,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string> environment,
        IReadOnlyList<(Fd Source, int Target)> descriptors,
        IReadOnlyList<int>? blockedSignals = null,
        bool ownSession = false,
        Fd? cgroup = null)
    {
        List<Fd> copies = [];
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[OpaqueSize];
        _ = Libc.PosixSpawnFileActionsInit(actions);
        _ = Libc.PosixSpawnAttrInit(attributes);
        try
        {
            _ = Libc.PosixSpawnAttrSetFlags(attributes, (short)(SetSigDef | SetSigMask | (ownSession ? SetSession : 0) | (cgroup is not null ? SetCgroup : 0)));
            if (cgroup is not null)
            {
                _ = SetCgroupOf(attributes, cgroup.Number);
            }

            _ = Libc.SigFillSet(signals);
            _ = Libc.PosixSpawnAttrSetSigDefault(attributes, signals);
            _ = Libc.SigEmptySet(signals);
            foreach (int signal in blockedSignals ?? [])
            {
                _ = Libc.SigAddSet(signals, signal);
            }

            _ = Libc.PosixSpawnAttrSetSigMask(attributes, signals);
            foreach ((Fd source, int target) in descriptors)
            {
                // A copy above all targets, so that no dup2 of the list overwrites a source of a later one.
                Fd copy = new(NativeException.ThrowIfFailed(Libc.FCntl(source.Number, DuplicateCloseOnExec, AboveTargets), "fcntl"));
                copies.Add(copy);
                _ = Libc.PosixSpawnFileActionsAddDup2(actions, copy.Number, target);
            }

            using NativeStrings argv = new(arguments);
            using NativeStrings envp = new(environment);
            byte* nativePath = (byte*)Marshal.StringToCoTaskMemUTF8(path);
            int error = Libc.PosixSpawn(out int pid, nativePath, actions, attributes, argv.Pointer, envp.Pointer);
            Marshal.FreeCoTaskMem((nint)nativePath);
            return error == 0 ? pid : throw new NativeException("posix_spawn", $"'{path}'", (Errno)error);
        }
        finally
        {
            copies.ForEach(static copy => copy.Dispose());
            _ = Libc.PosixSpawnAttrDestroy(attributes);
            _ = Libc.PosixSpawnFileActionsDestroy(actions);
        }
    }

    /// <summary>Waits for a child to end (waitpid(2)).</summary>
    /// <returns>Its exit code, or 128 plus the signal that killed it.</returns>
    internal static int Wait(int pid)
    {
        int status;
        while (Libc.WaitPid(pid, out status, 0) < 0)
        {
            Errno errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new NativeException("waitpid", pid.ToString(), errno);
            }
        }

        return DecodeStatus(status);
    }

    /// <summary>The exit code in a wait status, or 128 plus the number of the signal.</summary>
    internal static int DecodeStatus(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    /// <summary>Replaces this process (execve(2)); returns only by throwing.</summary>
    internal static void Exec(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        Errno errno = ExecFirst([path], arguments, environment, static () => { });
        throw new NativeException("execve", $"'{path}'", errno);
    }

    /// <summary>Replaces this process by the first of several programs that can be executed, as execvp(3) looks through PATH.</summary>
    /// <param name="candidates">Their paths.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">`KEY=VALUE`.</param>
    /// <param name="beforeExec">The last that is done; nothing else calls the kernel between it and execve(2).</param>
    /// <returns>Only if none can be: EACCES if one was there but may not be executed, else what the last failed with.</returns>
    internal static Errno ExecFirst(IReadOnlyList<string> candidates, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, Action beforeExec)
    {
        // The runtime ignores SIGPIPE, and an ignored signal stays ignored across execve(2).
        _ = Libc.Signal(SIGPIPE, 0);
        using NativeStrings paths = new(candidates);
        using NativeStrings argv = new(arguments);
        using NativeStrings envp = new(environment);
        beforeExec();
        Errno errno = Errno.ENOENT;
        for (int i = 0; i < candidates.Count; i++)
        {
            _ = Libc.ExecVe(paths.Pointer[i], argv.Pointer, envp.Pointer);
            Errno failed = (Errno)Marshal.GetLastPInvokeError();
            if (failed is Errno.ENOENT or Errno.ENOTDIR)
            {
                continue;
            }

            if (failed != Errno.EACCES)
            {
                return failed;
            }

            errno = failed;
        }

        return errno;
    }

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly int _count;

        internal NativeStrings(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.Alloc((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (int i = 0; i < _count; i++)
            {
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
            }

            Pointer[_count] = null;
        }

        internal byte** Pointer { get; }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
            {
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }
}

using System.Runtime.InteropServices;
using Common.Native;

namespace Stage1.Phases;

/// <summary>
/// Filters of system calls. bpf(2) is refused to the whole pod. Without a user namespace systemd would be allowed to load programs, and trying costs it 100 ms; with one the kernel refuses
/// what matters by itself, and the rest is nobody's business either.
/// </summary>
internal static unsafe class SystemCallFilter
{
    private const int SetSeccomp = 22; // PR_SET_SECCOMP, prctl(2)
    private const nuint FilterMode = 2; // SECCOMP_MODE_FILTER
    private const uint Allow = 0x7fff0000;
    private const uint RefuseWithEPerm = 0x00050000 | 1;

    /// <summary>bpf(2) fails with EPERM from now on, in this process and all that come from it.</summary>
    public static void RefuseBpf()
    {
        uint bpf = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 321u : 280u;

        // Classic BPF, seccomp(2): load the call's number; if it is bpf, refuse, else allow.
        Instruction* program = stackalloc Instruction[4];
        program[0] = new Instruction { Code = 0x20, Value = 0 };
        program[1] = new Instruction { Code = 0x15, True = 0, False = 1, Value = bpf };
        program[2] = new Instruction { Code = 0x06, Value = RefuseWithEPerm };
        program[3] = new Instruction { Code = 0x06, Value = Allow };
        Program filter = new() { Length = 4, Instructions = program };
        _ = NativeException.ThrowIfFailed(Libc.PrCtl(SetSeccomp, FilterMode, (nuint)(&filter), 0, 0), "prctl", "(seccomp)");
    }

    /// <summary>Installs a program that podctl has made.</summary>
    /// <param name="program">An array of struct sock_filter.</param>
    public static void Install(ReadOnlySpan<byte> program)
    {
        fixed (byte* instructions = program)
        {
            Program filter = new() { Length = (ushort)(program.Length / sizeof(Instruction)), Instructions = (Instruction*)instructions };
            _ = NativeException.ThrowIfFailed(Libc.PrCtl(SetSeccomp, FilterMode, (nuint)(&filter), 0, 0), "prctl", "(seccomp)");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        internal ushort Code;
        internal byte True;
        internal byte False;
        internal uint Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        internal ushort Length;
        internal Instruction* Instructions;
    }
}

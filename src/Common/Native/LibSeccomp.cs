using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Raw imports from libseccomp (seccomp_init(3) and its neighbours), which systemd itself uses for its filters. A negative result is the error number.</summary>
internal static unsafe partial class LibSeccomp
{
    private const string Library = "libseccomp.so.2";

    internal const uint Allow = 0x7fff0000;
    internal const uint KillProcess = 0x80000000;
    internal const int BadArchitectureAction = 2; // SCMP_FLTATR_ACT_BADARCH
    internal const int Optimize = 8; // SCMP_FLTATR_CTL_OPTIMIZE
    internal const uint BinaryTree = 2;
    internal const int MaskedEqual = 7; // SCMP_CMP_MASKED_EQ
    internal const int NoSuchName = -1; // __NR_SCMP_ERROR

    /// <summary>SCMP_ACT_ERRNO.</summary>
    internal static uint Fail(int errno) => 0x00050000 | (uint)errno;

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    internal static partial nint Init(uint defaultAction);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    internal static partial void Release(nint context);

    [LibraryImport(Library, EntryPoint = "seccomp_attr_set")]
    internal static partial int SetAttribute(nint context, int attribute, uint value);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    internal static partial int AddArchitecture(nint context, uint architecture);

    /// <returns>-1 for a name that is unknown; other negative numbers stand for calls of other architectures.</returns>
    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ResolveName(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    internal static partial int AddRule(nint context, uint action, int call, uint count, Comparison* comparisons);

    /// <summary>Writes the program, an array of struct sock_filter, to a file.</summary>
    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    internal static partial int Export(nint context, int file);

    /// <summary>struct scmp_arg_cmp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Comparison
    {
        internal uint Argument;
        internal int Operator;
        internal ulong Mask;
        internal ulong Value;
    }
}

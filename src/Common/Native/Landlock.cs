using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>What this thread may open, as the kernel enforces it (landlock(7)).</summary>
internal static unsafe class Landlock
{
    private const long SysCreateRuleset = 444;
    private const long SysAddRule = 445;
    private const long SysRestrictSelf = 446;
    private const ulong ReadFile = 1 << 2; // LANDLOCK_ACCESS_FS_READ_FILE
    private const int PathBeneath = 1; // LANDLOCK_RULE_PATH_BENEATH

    /// <summary>From now on this thread, and those that it starts, open no file to read but below these directories, whatever links lead elsewhere. A kernel without Landlock allows all, as before.</summary>
    internal static void ReadOnlyBelow(IEnumerable<string> directories)
    {
        ulong handled = ReadFile;
        int number = (int)Libc.SysCall(SysCreateRuleset, (nint)(&handled), sizeof(ulong), 0, 0, 0);
        if (number < 0)
        {
            return;
        }

        using Fd rules = new(number);
        foreach (string directory in directories)
        {
            int opened = Libc.Open(directory, O_PATH | O_CLOEXEC, 0);
            if (opened >= 0)
            {
                using Fd parent = new(opened);
                Rule rule = new() { Allowed = ReadFile, Parent = opened };
                _ = Libc.SysCall(SysAddRule, rules.Number, PathBeneath, (nint)(&rule), 0, 0);
            }
        }

        _ = Libc.SysCall(SysRestrictSelf, rules.Number, 0, 0, 0, 0); // best effort: without CAP_SYS_ADMIN it is refused, and nothing else of the host can be read either
    }

    /// <summary>struct landlock_path_beneath_attr.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Rule
    {
        internal ulong Allowed;
        internal int Parent;
    }
}

using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Error numbers by their names, all that this machine's C library knows (errno(3)).</summary>
internal static unsafe partial class ErrnoNames
{
    private const int Highest = 133;

    /// <returns>E.g. 1 for `EPERM`.</returns>
    /// <exception cref="FormatException">There is no error of this name.</exception>
    internal static int NumberOf(string name) => Find(name) ?? throw new FormatException($"'{name}' is the name of no error");

    /// <returns>E.g. `EPERM` for 1; null if there is no such error.</returns>
    internal static string? NameOf(int number) => Marshal.PtrToStringUTF8((nint)StrErrorName(number)) is { } name && char.IsAsciiLetterUpper(name[0]) ? name : null;

    /// <summary>Of two names for one number, libc knows one: EAGAIN, not EWOULDBLOCK.</summary>
    internal static bool IsKnown(string name) => Find(name) is not null;

    private static int? Find(string name)
    {
        for (int number = 1; number <= Highest; number++)
        {
            if (Marshal.PtrToStringUTF8((nint)StrErrorName(number)) == name)
            {
                return number;
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "strerrorname_np")]
    private static partial byte* StrErrorName(int number);
}

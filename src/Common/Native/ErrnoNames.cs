using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Error numbers by their names, all that this machine's C library knows (errno(3)).</summary>
internal static unsafe partial class ErrnoNames
{
    private const int Highest = 133;

    /// <returns>E.g. 1 for `EPERM`.</returns>
    /// <exception cref="FormatException">There is no error of this name.</exception>
    internal static int NumberOf(string name)
    {
        for (int number = 1; number <= Highest; number++)
        {
            if (Marshal.PtrToStringUTF8((nint)StrErrorName(number)) == name)
            {
                return number;
            }
        }

        throw new FormatException($"'{name}' is the name of no error");
    }

    [LibraryImport("libc", EntryPoint = "strerrorname_np")]
    private static partial byte* StrErrorName(int number);
}

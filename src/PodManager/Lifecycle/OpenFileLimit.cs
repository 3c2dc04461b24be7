using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>How many files podctl may have open (getrlimit(2), RLIMIT_NOFILE).</summary>
internal static class OpenFileLimit
{
    // A run in the foreground has 25 to 30 at its height, the download of an image some per layer.
    private const nuint Enough = 256;
    private const nuint Least = 64;
    private const nuint EnoughForTrees = 4096; // three for each level of a tree
    private const int OpenFiles = 7; // RLIMIT_NOFILE of asm-generic/resource.h

    /// <summary>Raises the limit if it is low; fails before anything is begun that would end half-way.</summary>
    public static void Ensure() => Ensure(Enough);

    /// <summary>As <see cref="Ensure()"/>, for walks through trees that somebody else has made.</summary>
    public static void EnsureForTrees() => Ensure(EnoughForTrees);

    private static unsafe void Ensure(nuint enough)
    {
        nuint* limits = stackalloc nuint[2];
        if (Libc.GetRLimit(OpenFiles, limits) < 0 || limits[0] >= enough)
        {
            return;
        }

        limits[0] = nuint.Min(enough, limits[1]);
        if (limits[0] < Least)
        {
            throw new PodctlException(ExitCode.HostLacks, $"cannot work with a limit of {limits[0]} open files", $"allow {Least} or more, see `ulimit -n`");
        }

        _ = Libc.SetRLimit(OpenFiles, limits);
    }
}

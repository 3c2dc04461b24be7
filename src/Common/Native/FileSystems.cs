namespace Common.Native;

/// <summary>What kind of file system a file is on (statfs(2)).</summary>
internal static unsafe class FileSystems
{
    // linux/magic.h: proc, sysfs, cgroup, cgroup2, debugfs, tracefs, securityfs, bpf, efivarfs, pstore, configfs, devpts, mqueue
    private static readonly long[] OfKernel =
    [
        0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673, 0xcafe4a11, 0xde5e81e4, 0x6165676C, 0x62656570, 0x1cd1, 0x19800202,
    ];

    private const long Overlay = 0x794c7630;
    private const long Pipes = 0x50495045;

    internal static bool IsOverlay(Fd file) => TypeOf(file) == Overlay;

    /// <summary>Whether what is there is no data but the kernel's state, which may block who reads it, or never end.</summary>
    internal static bool IsOfKernel(Fd file) => OfKernel.Contains(TypeOf(file));

    /// <summary>A pipe that has no name anywhere, as `/dev/fd/N` can lead to.</summary>
    internal static bool IsAnonymousPipe(Fd file) => TypeOf(file) == Pipes;

    private static long TypeOf(Fd file)
    {
        Libc.StatFs status;
        _ = NativeException.ThrowIfFailed(Libc.FStatFs(file.Number, &status), "fstatfs");
        return status.Type;
    }
}

using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace Common.Native;

/// <summary>What a mount may not do; the MOUNT_ATTR_* bits of mount_setattr(2).</summary>
[Flags]
internal enum MountAttributes : ulong
{
    None = 0,
    ReadOnly = 0x01,
    NoSuid = 0x02,
    NoDevices = 0x04,
    NoExec = 0x08,
}

/// <summary>Mounts by descriptor (fsopen(2), open_tree(2), mount_setattr(2), move_mount(2)), so that no path inside an image is ever followed by name.</summary>
internal static unsafe class MountApi
{
    private const int CloseOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private const int OpenTreeClone = 1;
    private const int MoveFromEmptyPath = 0x04;
    private const int MoveToEmptyPath = 0x40;
    private const ulong IdMap = 0x0010_0000;
    private const int ConfigSetFlag = 0;
    private const int ConfigSetString = 1;
    private const int ConfigCreate = 6;

    /// <summary>A new, detached file system of a kind, such as tmpfs. An option without a value is a flag.</summary>
    internal static Fd Create(string fsType, IReadOnlyList<(string Key, string? Value)> options, MountAttributes attributes)
    {
        using NativeText type = new(fsType);
        using Fd context = new(Check(Libc.SysCall(Libc.SysFsOpen, type.Pointer, CloseOnExec, 0, 0, 0), "fsopen", fsType));

        // The source is only what mount(8) shows.
        foreach ((string key, string? value) in options.Prepend(("source", fsType)))
        {
            using NativeText nativeKey = new(key);
            using NativeText nativeValue = new(value ?? "");
            int command = value is null ? ConfigSetFlag : ConfigSetString;
            _ = Check(
                Libc.SysCall(Libc.SysFsConfig, context.Number, command, nativeKey.Pointer, value is null ? 0 : nativeValue.Pointer, 0),
                "fsconfig",
                $"{fsType} {key}={value}");
        }

        _ = Check(Libc.SysCall(Libc.SysFsConfig, context.Number, ConfigCreate, 0, 0, 0), "fsconfig create", fsType);
        return new Fd(Check(Libc.SysCall(Libc.SysFsMount, context.Number, CloseOnExec, (nint)attributes, 0, 0), "fsmount", fsType));
    }

    /// <summary>A detached copy of the mount at <paramref name="path"/> (a bind mount), with everything mounted below it if <paramref name="recursive"/>.</summary>
    internal static Fd Clone(string path, bool recursive)
    {
        using NativeText native = new(path);
        int flags = OpenTreeClone | O_CLOEXEC | (recursive ? Libc.AtRecursive : 0);
        return new Fd(Check(Libc.SysCall(Libc.SysOpenTree, Libc.AtFdCwd, native.Pointer, flags, 0, 0), "open_tree", $"'{path}'"));
    }

    /// <summary>As <see cref="Clone(string, bool)"/>, of what a descriptor refers to.</summary>
    internal static Fd Clone(Fd source, bool recursive)
    {
        using NativeText empty = new("");
        int flags = OpenTreeClone | O_CLOEXEC | Libc.AtEmptyPath | (recursive ? Libc.AtRecursive : 0);
        return new Fd(Check(Libc.SysCall(Libc.SysOpenTree, source.Number, empty.Pointer, flags, 0, 0), "open_tree", ""));
    }

    /// <summary>Adds attributes to a detached mount, and to those below it if <paramref name="recursive"/>; with a user namespace also its id mapping.</summary>
    internal static void SetAttributes(Fd mount, MountAttributes attributes, bool recursive, Fd? idMapOf = null, string name = "")
    {
        Libc.MountAttr attr = new()
        {
            Set = (ulong)attributes | (idMapOf is null ? 0 : IdMap),
            UserNamespaceFd = (ulong)(idMapOf?.Number ?? 0),
        };
        using NativeText empty = new("");
        int flags = Libc.AtEmptyPath | (recursive ? Libc.AtRecursive : 0);
        _ = Check(Libc.SysCall(Libc.SysMountSetAttr, mount.Number, empty.Pointer, flags, (nint)(&attr), sizeof(Libc.MountAttr)), "mount_setattr", $"'{name}'");
    }

    /// <summary>What of the mounts below a detached mount shows elsewhere, and those below it as well: MS_PRIVATE or MS_SLAVE (mount_namespaces(7)).</summary>
    internal static void SetPropagation(Fd mount, ulong kind)
    {
        Libc.MountAttr attr = new() { Propagation = kind };
        using NativeText empty = new("");
        _ = Check(Libc.SysCall(Libc.SysMountSetAttr, mount.Number, empty.Pointer, Libc.AtEmptyPath | Libc.AtRecursive, (nint)(&attr), sizeof(Libc.MountAttr)), "mount_setattr", "(propagation)");
    }

    /// <summary>Attaches a detached mount on a path of our own making.</summary>
    internal static void Attach(Fd mount, string target)
    {
        using NativeText empty = new("");
        using NativeText native = new(target);
        _ = Check(Libc.SysCall(Libc.SysMoveMount, mount.Number, empty.Pointer, Libc.AtFdCwd, native.Pointer, MoveFromEmptyPath), "move_mount", $"'{target}'");
    }

    /// <summary>Attaches a detached mount on exactly the file or directory that a descriptor refers to.</summary>
    internal static void Attach(Fd mount, Fd target, string name)
    {
        using NativeText empty = new("");
        _ = Check(
            Libc.SysCall(Libc.SysMoveMount, mount.Number, empty.Pointer, target.Number, empty.Pointer, MoveFromEmptyPath | MoveToEmptyPath),
            "move_mount",
            $"'{name}'");
    }

    /// <summary>mount(2), for what the calls above cannot do.</summary>
    internal static void Mount(string? source, string target, string? fsType, ulong flags, string? data) => NativeException.ThrowIfFailed(
        Libc.Mount(source, target, fsType, (nuint)flags, data), "mount", $"{fsType ?? source} on '{target}'");

    /// <summary>umount2(2) with MNT_DETACH: out of sight at once, gone with its last user.</summary>
    internal static void Detach(string target) => NativeException.ThrowIfFailed(Libc.Umount2(target, MNT_DETACH), "umount", $"'{target}'");

    /// <summary>Makes the current directory the root and puts the old root at <paramref name="putOld"/> (pivot_root(2)).</summary>
    internal static void PivotRoot(string putOld)
    {
        using NativeText here = new(".");
        using NativeText old = new(putOld);
        _ = Check(Libc.SysCall(Libc.SysPivotRoot, here.Pointer, old.Pointer, 0, 0, 0), "pivot_root", $"'{putOld}'");
    }

    private static int Check(long result, string call, string target) => (int)NativeException.ThrowIfFailed(result, call, target);

    /// <summary>A C string for the length of a call.</summary>
    private readonly struct NativeText(string text) : IDisposable
    {
        internal nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(text);

        public void Dispose() => Marshal.FreeCoTaskMem(Pointer);
    }
}

using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Imports for walking and watching directories. File names are bytes here: a name from a pod need not be UTF-8.</summary>
internal static unsafe partial class Libc
{
    internal const uint InModify = 0x02;
    internal const uint InCloseWrite = 0x08;
    internal const uint InMovedFrom = 0x40;
    internal const uint InMovedTo = 0x80;
    internal const uint InCreate = 0x100;
    internal const uint InDelete = 0x200;
    internal const uint InDeleteSelf = 0x400;
    internal const uint InMoveSelf = 0x800;
    internal const uint InOnlyDirectory = 0x0100_0000;
    internal const uint InDontFollow = 0x0200_0000;
    internal const int InCloseOnExec = 0x80000;
    internal const int InNonBlocking = 0x800;

    /// <summary>getdents64(2) has no portable libc wrapper and its number differs by architecture.</summary>
    internal static long SysGetDents64 => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 217 : 61;

    internal const int FAllocateKeepSize = 1; // FALLOC_FL_KEEP_SIZE, fallocate(2)

    [LibraryImport("libc", EntryPoint = "fallocate64", SetLastError = true)]
    internal static partial int FAllocate(int fd, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(int dirFd, byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    internal static partial int RenameAt(int oldDirFd, byte* oldPath, int newDirFd, byte* newPath);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    internal static partial int RenameAt2(int oldDirFd, byte* oldPath, int newDirFd, byte* newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long LSeek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial int INotifyInit1(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int INotifyAddWatch(int fd, string path, uint mask);
}

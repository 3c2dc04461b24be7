using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Writes the small files of a pod's directory.</summary>
internal static class PodFiles
{
    private const uint OwnerFile = 0x180;

    /// <summary>Renamed into place, so that nobody reads half of it; not synced, since most of it is about a pod that runs, and no pod survives a crash.</summary>
    public static void Write(Fd directory, string name, byte[] content)
    {
        string temporary = $".{name}.tmp";
        using (Fd file = Files.OpenAt(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC, OwnerFile))
        {
            Files.WriteAll(file, content);
        }

        _ = NativeException.ThrowIfFailed(Libc.RenameAt(directory.Number, temporary, directory.Number, name), "rename", $"'{name}'");
    }

    /// <summary>Makes the record survive a crash of the host.</summary>
    public static void SyncRecord(Fd directory, string name)
    {
        using Fd file = Files.OpenAt(directory, PodStore.RecordFile, O_RDONLY);
        Files.Sync(file, PodStore.RecordFile);
        Files.Sync(directory, name);
    }
}

using System.Text;
using System.Text.Json;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>The lock of a pod's record: a file of its own, as a podctl in the foreground holds the directory's all the time.</summary>
internal sealed class PodEdit(string path, Fd directory, Fd file) : IPodEdit
{
    public string Directory => path;

    public Fd Lock => file;

    public void Save(PodRecord record)
    {
        PodFiles.Write(directory, PodStore.RecordFile, JsonSerializer.SerializeToUtf8Bytes(record, PodJson.Default.PodRecord));
        PodFiles.SyncRecord(directory, path);
    }

    public void RemoveFiles(AppName app)
    {
        foreach (string parent in new[] { "upper", "work" })
        {
            using Fd? place = Find(parent);
            if (place is not null)
            {
                TreeRemover.Remove(place, app.ToString());
            }
        }

        foreach (string parent in new[] { PodStore.StatusDirectory, PodStore.HealthDirectory })
        {
            using Fd? place = Find(parent);
            _ = place is null ? 0 : Libc.UnlinkAt(place.Number, app.ToString(), 0); // best effort: there may be none, and what the pod's root has put there instead is in its own way
        }
    }

    public void BeginAgain(AppName app)
    {
        try
        {
            using Fd file = Files.OpenInRoot(
                directory, $"{PodStore.StatusDirectory}/{app}", O_RDWR | O_NONBLOCK | O_NOFOLLOW, resolve: Files.Resolve.Beneath | Files.Resolve.NoSymlinks | Files.Resolve.NoMountCrossing);
            if (AppStatus.Again(Files.ReadText(file, AppStatus.MaxBytes)) is { } line)
            {
                _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, 0, SEEK_SET), "lseek", "(status)");
                Files.WriteAll(file, Encoding.ASCII.GetBytes(line)); // as long as what was there
            }
        }
        catch (NativeException)
        {
            // The pod's root has put something else there, which is no status either.
        }
    }

    /// <summary>The pod's root may write to `status`: nothing there is followed.</summary>
    private Fd? Find(string path)
    {
        try
        {
            return Files.OpenInRoot(directory, path, O_RDONLY | O_DIRECTORY, resolve: Files.Resolve.Beneath | Files.Resolve.NoSymlinks);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    public void Dispose()
    {
        file.Dispose();
        directory.Dispose();
    }
}

using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <content>Locks of pods that are there, and their removal.</content>
internal sealed partial class PodStore
{
    // flock(2) has no deadline. The least patience is for a listing, which tests a lock for an instant by taking it, shared.
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(20);

    // Where a pod's journal can be, as journald chooses: the second if the first does not exist on the host.
    private static readonly string[] JournalRoots = ["/var/log/journal", "/run/log/journal"];

    public IPodHandle? TryLock(PodId id, TimeSpan patience, CancellationToken ct)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            if ((TryLock(id, id.ToString()) ?? TryLock(id, TrashPrefix + id)) is { } handle)
            {
                return handle;
            }

            if (Find(id) is null)
            {
                throw new PodctlException(ExitCode.NotFound, $"no pod '{id}'", "`podctl list` shows the pods there are");
            }

            TimeSpan waited = _time.GetElapsedTime(start);
            if (waited >= LeastPatience && waited >= patience)
            {
                return null;
            }

            _ = Readiness.Wait(-1, 0, LockInterval, ct);
        }
    }

    public void RemoveLeftovers(Action<string> report)
    {
        if (!Directory.Exists(_directory))
        {
            return;
        }

        Failures failures = new("remove", "leftover");
        foreach (PodHandle handle in TakeLeftovers(report))
        {
            using (handle)
            {
                string name = Path.GetFileName(handle.Directory);
                failures.Collect(() =>
                {
                    handle.Remove();
                    report($"removed '{name}', which a process that died had left");
                });
            }
        }

        failures.ThrowIfAny();
    }

    private List<PodHandle> TakeLeftovers(Action<string> report)
    {
        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);

        // While this is held nobody is between making a directory and locking it, so that a free lock means a dead owner.
        Files.Lock(pods, exclusive: true);
        List<PodHandle> leftovers = [];
        HashSet<string> owners = [];
        foreach (string name in Names())
        {
            PodId? leftover = IdOf(name, NewPrefix) ?? IdOf(name, TrashPrefix);
            if ((leftover ?? IdOf(name, "")) is { } owner)
            {
                _ = owners.Add(owner.ToString());
            }

            if (leftover is { } id && TryLock(id, name) is { } handle)
            {
                leftovers.Add(handle);
            }
        }

        foreach ((PodLinks links, string what) in new[] { (_idLinks, "ids"), (_names, "name") })
        {
            foreach (string owner in links.FreeWhere(owner => !owners.Contains(owner)))
            {
                report($"freed the {what} of pod '{owner}', which is gone");
            }
        }

        return leftovers;
    }

    /// <summary>Removes all there is of a pod. Its ids are the last: until then nobody else may own what its files belong to.</summary>
    /// <param name="id">The pod.</param>
    /// <param name="name">Its directory's present name.</param>
    /// <exception cref="PodctlException">Something of it is left.</exception>
    internal void Remove(PodId id, string name)
    {
        try
        {
            RemoveAll(id, name);
        }
        catch (Exception e) when (e is NativeException or IOException or UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot remove all of pod '{id}': {e.Message}", "`podctl gc` will try again", e);
        }
    }

    private void RemoveAll(PodId id, string name)
    {
        string trash = TrashPrefix + id;
        if (name != trash)
        {
            Rename(name, trash);
        }

        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);
        RemoveJournal(id);
        TreeRemover.Remove(pods, trash);
        _idLinks.Free(id);
        _names.Free(id);
    }

    /// <summary>Removes what a start that failed has left in a pod's directory: all but what was there before.</summary>
    internal void RemoveStart(PodId id, string name)
    {
        using Fd directory = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        foreach (FileSystemInfo entry in new DirectoryInfo(PathOf(name)).GetFileSystemInfos())
        {
            if (entry is DirectoryInfo)
            {
                TreeRemover.Remove(directory, entry.Name);
            }
            else if (entry.Name is not (RecordFile or PreparedFile or GarbageFile))
            {
                entry.Delete();
            }
        }

        RemoveJournal(id);
    }

    private static void RemoveJournal(PodId id)
    {
        foreach (string root in JournalRoots)
        {
            try
            {
                using Fd journals = Files.Open(root, O_RDONLY | O_DIRECTORY);
                TreeRemover.Remove(journals, id.MachineId);
            }
            catch (NativeException e) when (e.Errno == Errno.ENOENT)
            {
                continue;
            }
        }
    }

    private PodHandle? TryLock(PodId id, string name)
    {
        Fd directory;
        try
        {
            directory = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (NativeException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot lock pod '{id}': {e.Reason}", "run podctl as root", e);
        }

        // It may have been renamed or removed before the lock was had.
        if (!Files.TryLock(directory, exclusive: true) || !IsSame(directory, PathOf(name)))
        {
            directory.Dispose();
            return null;
        }

        return new PodHandle(this, id, directory, name, isPublished: true);
    }

    private static bool IsSame(Fd directory, string path)
    {
        try
        {
            using Fd now = Files.Open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            return Files.Identity(now) == Files.Identity(directory);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return false;
        }
    }
}

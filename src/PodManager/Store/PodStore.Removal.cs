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

    public IReadOnlyList<string> RemoveLeftovers()
    {
        List<PodHandle> leftovers = [];
        List<string> messages = [];
        if (!Directory.Exists(_directory))
        {
            return messages;
        }

        using (Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY))
        {
            // While this is held nobody is between making a directory and locking it, so that a free lock means a dead owner.
            Files.Lock(pods, exclusive: true);
            string[] names = Names();
            foreach (string name in names)
            {
                PodId? id = IdOf(name, NewPrefix) ?? IdOf(name, TrashPrefix);
                if (id is not null && TryLock(id.Value, name) is { } handle)
                {
                    leftovers.Add(handle);
                }
            }

            HashSet<string> owners = [.. names.Select(static name => IdOf(name, "") ?? IdOf(name, NewPrefix) ?? IdOf(name, TrashPrefix)).OfType<PodId>().Select(static id => id.ToString())];
            messages.AddRange(_ids.FreeWhere(owner => !owners.Contains(owner)).Select(static owner => $"freed the ids of pod '{owner}', which is gone"));
        }

        foreach (PodHandle handle in leftovers)
        {
            using (handle)
            {
                string name = Path.GetFileName(handle.Directory);
                handle.Remove();
                messages.Add($"removed '{name}', which a process that died had left");
            }
        }

        return messages;
    }

    /// <summary>Removes all there is of a pod. Its ids are the last: until then nobody else may own what its files belong to.</summary>
    /// <param name="id">The pod.</param>
    /// <param name="name">Its directory's present name.</param>
    internal void Remove(PodId id, string name)
    {
        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);
        string trash = TrashPrefix + id;
        if (name != trash)
        {
            _ = NativeException.ThrowIfFailed(Libc.RenameAt(pods.Number, name, pods.Number, trash), "rename", $"'{PathOf(name)}'");
        }

        RemoveJournal(id);
        TreeRemover.Remove(pods, trash);
        _ids.Free(id);
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

using Common.Contract;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>
/// Pods as directories: `pods/UUID`, at first `pods/.new-UUID` and in the end `pods/.trash-UUID`. Locks, in the order they may be taken:
/// first that of `pods` itself (shared while a directory is made and locked, exclusive while leftovers are judged), then a pod's own.
/// </summary>
internal sealed partial class PodStore : IPodStore
{
    private const string NewPrefix = ".new-";
    private const string TrashPrefix = ".trash-";
    private const string EditLock = "edit.lock";
    private const uint OwnerOnly = 0x1C0;

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly PodLinks _idLinks;
    private readonly PodLinks _names;

    /// <summary>The pods below a data directory.</summary>
    public PodStore(string dataDirectory, TimeProvider time)
    {
        _directory = Path.Combine(dataDirectory, "pods");
        _time = time;
        _idLinks = new PodLinks(Path.Combine(dataDirectory, "ids"));
        _names = new PodLinks(Path.Combine(dataDirectory, "names"));
    }

    public IReadOnlyList<PodId> Ids() => [.. Names().Select(static name => IdOf(name, "") ?? IdOf(name, TrashPrefix)).OfType<PodId>()];

    public IReadOnlyList<Pod> List() => [.. SortedIds().Select(Find).OfType<Pod>()];

    public IReadOnlyList<PodSummary> Summaries() => [.. SortedIds().Select(FindSummary).OfType<PodSummary>()];

    private IEnumerable<PodId> SortedIds() => Ids().OrderBy(static id => id.ToString(), StringComparer.Ordinal);

    public IPodHandle Reserve(PodId id)
    {
        Make(Path.GetDirectoryName(_directory)!);
        Make(_directory);
        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);
        Files.Lock(pods, exclusive: false);
        string name = NewPrefix + id;
        if (!Files.MakeDirectory(pods, name, OwnerOnly))
        {
            throw new PodctlException(ExitCode.Failed, $"cannot make pod '{id}': '{Path.Combine(_directory, name)}' is there already");
        }

        Fd directory = Files.OpenAt(pods, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        Files.Lock(directory, exclusive: true);
        return new PodHandle(this, id, directory, name, isPublished: false);
    }

    public IPodEdit Edit(PodId id)
    {
        Fd directory;
        try
        {
            directory = Files.Open(PathOf(id.ToString()), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            throw new PodctlException(ExitCode.NotFound, $"no pod '{id}'", "`podctl list` shows the pods there are");
        }

        Fd file = Files.OpenAt(directory, EditLock, O_RDWR | O_CREAT | O_NOFOLLOW, 0x180);
        Files.Lock(file, exclusive: true);
        return new PodEdit(PathOf(id.ToString()), directory, file);
    }

    public bool IsReserved(PodId id) => Directory.Exists(PathOf(NewPrefix + id));

    public IReadOnlySet<string> LayersInUse()
    {
        HashSet<string> layers = [];
        foreach (PodId id in Ids())
        {
            if (Find(id) is { } pod)
            {
                if (pod.Problem is not null && pod.State != PodState.Deleting)
                {
                    throw new PodctlException(
                        ExitCode.Failed, $"cannot tell which layers pod '{id}' uses: {pod.Problem}", $"`podctl rm {id}` removes the pod");
                }

                layers.UnionWith(pod.Apps.SelectMany(static app => app.Layers));
            }
        }

        return layers;
    }

    public PodId? FindByName(PodName name) => _names.OwnerOf(name.ToString()) is { } owner && Find(owner) is not null ? owner : null;

    /// <summary>Whether somebody who lives is about to make a pod that nobody sees yet.</summary>
    private bool IsBeingMade(PodId id) => IsReserved(id) && IsLocked(NewPrefix + id);

    internal IdRange AllocateIds(PodId id) => new IdRanges(_idLinks).Allocate(id);

    internal IdRange TakeIds(PodId id, IdRange wanted)
    {
        if (Take(_idLinks, () => IdRanges.SlotsOf(wanted).Select(_idLinks.OwnerOf).OfType<PodId>().FirstOrDefault(owner => owner != id), () => new IdRanges(_idLinks).TryTake(id, wanted)) is { } owner)
        {
            throw new PodctlException(
                ExitCode.WrongState, $"the ids {wanted.Base} to {wanted.Base + wanted.Count - 1} are taken, or share a block of {IdRanges.Count} with some that are, by pod '{owner}'", "`--private-users=pick` takes ids that are free");
        }

        return wanted;
    }

    internal void TakeName(PodId id, PodName name)
    {
        if (Take(_names, () => _names.OwnerOf(name.ToString()), () => _names.TryTake(name.ToString(), id)) is { } owner)
        {
            throw new PodctlException(
                ExitCode.WrongState, $"the name '{name}' is taken by pod '{owner}'", $"`podctl rm {name}` removes that pod, once it has ended");
        }
    }

    /// <returns>Null if it is taken now; else who has it.</returns>
    private PodId? Take(PodLinks links, Func<PodId?> findOwner, Func<bool> tryTake)
    {
        if (tryTake())
        {
            return null;
        }

        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);

        // While this is held nobody is between having a link and having a directory, so that no directory means a dead owner.
        Files.Lock(pods, exclusive: true);
        while (true)
        {
            PodId? owner = findOwner();
            if (owner is { } dead && Find(dead) is null && !IsBeingMade(dead))
            {
                links.Free(dead);
            }
            else if (owner is not null)
            {
                return owner;
            }

            if (tryTake())
            {
                return null;
            }
        }
    }

    /// <summary>Makes a pod visible.</summary>
    internal void Publish(PodId id, string name) => Rename(name, id.ToString());

    /// <summary>Whoever lists the directory meanwhile could miss both names, and take a pod's ids for nobody's: hence the lock.</summary>
    private void Rename(string name, string to)
    {
        using Fd pods = Files.Open(_directory, O_RDONLY | O_DIRECTORY);
        Files.Lock(pods, exclusive: false);
        _ = NativeException.ThrowIfFailed(Libc.RenameAt(pods.Number, name, pods.Number, to), "rename", $"'{PathOf(name)}'");
    }

    internal string PathOf(string name) => Path.Combine(_directory, name);

    private static void Make(string directory) => _ = Files.MakeDirectory(null, directory, OwnerOnly);

    private static PodId? IdOf(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && PodId.TryParse(name[prefix.Length..], out PodId? id) ? id : null;

    private string[] Names()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(_directory).Select(static path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot list the pods in '{_directory}': Permission denied", "run podctl as root");
        }
    }
}

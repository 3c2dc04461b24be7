using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Layers;

/// <summary>
/// The directory that a layer is unpacked into. Every path is resolved by the kernel with that directory as its root (openat2(2),
/// RESOLVE_IN_ROOT): no name, link or `..` of an archive reaches anything outside.
/// </summary>
internal sealed class LayerTree : IDisposable
{
    // More than any image has; each is remembered until the end of the archive.
    private const int DirectoryLimit = 1_000_000;
    private const uint ImpliedMode = 0x1ed; // 0755

    private readonly Fd _root;
    private readonly HashSet<string> _implied = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Seconds, uint Nanoseconds)> _directoryTimes = new(StringComparer.Ordinal);
    private byte[] _lastParent = [];
    private Fd? _lastParentDirectory;

    public LayerTree(string path)
    {
        _root = Files.Open(path, O_RDONLY | O_DIRECTORY);
        AddImplied(".");
    }

    /// <summary>Directories that exist only because something lies below them.</summary>
    public IReadOnlyCollection<string> ImpliedDirectories => _implied;

    public Fd Root => _root;

    /// <summary>The directory that an entry belongs in; made if the archive did not bring it. Valid until the next call.</summary>
    public Fd OpenParent(EntryPath path)
    {
        if (path.Parent.IsEmpty)
        {
            ForgetParent(); // this entry may replace a part of its path
            return _root;
        }

        if (_lastParentDirectory is null || !path.Parent.SequenceEqual(_lastParent))
        {
            Fd directory = RawFiles.TryOpenInRoot(_root, path.Parent, O_PATH | O_DIRECTORY, out Errno errno) ?? (errno is Errno.ENOENT or Errno.ENOTDIR
                ? MakeParents(path)
                : throw new NativeException("open", $"'{ByteText.Escape(path.Parent)}'", errno));
            ForgetParent();
            _lastParent = path.Parent.ToArray();
            _lastParentDirectory = directory;
        }

        return _lastParentDirectory;
    }

    /// <summary>The directory that should hold the target of a hard link.</summary>
    /// <returns>Null if there is none. The caller disposes it.</returns>
    public Fd? OpenExistingParent(EntryPath path) =>
        RawFiles.TryOpenInRoot(_root, path.Parent.IsEmpty ? "."u8 : path.Parent, O_PATH | O_DIRECTORY, out _);

    /// <summary>Removes what an entry replaces.</summary>
    public static void Remove(Fd parent, ReadOnlySpan<byte> name)
    {
        if (!RawFiles.TryRemoveFile(parent, name))
        {
            TreeRemover.Remove(parent, name.ToArray());
        }
    }

    /// <summary>Says that the archive has this directory itself, and what its time is to be when all is unpacked.</summary>
    public void AddDirectory(EntryPath path, long seconds, uint nanoseconds)
    {
        string key = path.ToString();
        _ = _implied.Remove(key);
        SetTimeLater(key, seconds, nanoseconds);
    }

    /// <summary>Marks a directory as hiding its namesakes in the layers below.</summary>
    public static void MarkOpaque(Fd parent, ReadOnlySpan<byte> name) => RawFiles.SetAttribute(parent, name, "trusted.overlay.opaque"u8, "y"u8);

    /// <summary>What is unpacked into a directory changes its time, so that the times come last.</summary>
    public void SetDirectoryTimes()
    {
        foreach ((string key, (long seconds, uint nanoseconds)) in _directoryTimes)
        {
            EntryPath path = EntryPath.Parse(ByteText.Unescape(key));
            using Fd? directory = RawFiles.TryOpenInRoot(_root, path.IsRoot ? "."u8 : path.Bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, out _);
            if (directory is not null)
            {
                RawFiles.SetTime(directory, seconds, nanoseconds);
            }
            else
            {
                _ = _implied.Remove(key); // a later entry has replaced it
            }
        }
    }

    public void Dispose()
    {
        ForgetParent();
        _root.Dispose();
    }

    private Fd MakeParents(EntryPath path)
    {
        ReadOnlySpan<byte> whole = path.Parent;
        Fd current = Files.OpenAt(_root, ".", O_PATH | O_DIRECTORY);
        for (int start = 0; start < whole.Length;)
        {
            int length = whole[start..].IndexOf((byte)'/');
            int end = length < 0 ? whole.Length : start + length;
            using Fd above = current;
            current = RawFiles.TryOpenInRoot(_root, whole[..end], O_PATH | O_DIRECTORY, out _) ?? MakeImplied(above, whole[start..end], whole[..end]);
            start = end + 1;
        }

        return current;
    }

    private Fd MakeImplied(Fd parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        FileStatus? existing = RawFiles.Status(parent, name);
        bool isWhiteout = existing?.IsWhiteout == true;
        if (existing is not null && !isWhiteout)
        {
            throw new InvalidDataException($"'{ByteText.Escape(path)}' has entries below it, but is no directory");
        }

        if (isWhiteout)
        {
            Remove(parent, name);
        }

        _ = RawFiles.TryMakeDirectory(parent, name, ImpliedMode);
        RawFiles.SetOwner(parent, name, 0, 0); // a parent with the setgid bit would hand its group on
        RawFiles.SetMode(parent, name, ImpliedMode);
        if (isWhiteout)
        {
            MarkOpaque(parent, name);
        }

        AddImplied(ByteText.Escape(path));
        return RawFiles.Open(parent, name, O_PATH | O_DIRECTORY);
    }

    // Its time, where no lower layer says better, is the same every time.
    private void AddImplied(string key)
    {
        _ = _implied.Add(key);
        SetTimeLater(key, seconds: 0, nanoseconds: 0);
    }

    private void SetTimeLater(string key, long seconds, uint nanoseconds)
    {
        _directoryTimes[key] = (seconds, nanoseconds);
        if (_directoryTimes.Count > DirectoryLimit)
        {
            throw new InvalidDataException($"the layer has more than {DirectoryLimit} directories");
        }
    }

    private void ForgetParent()
    {
        _lastParentDirectory?.Dispose();
        _lastParentDirectory = null;
        _lastParent = [];
    }
}

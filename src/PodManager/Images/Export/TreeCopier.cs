using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Export;

/// <summary>Copies what a stack of layers shows, with owners, modes, times, attributes, devices and hard links.</summary>
internal sealed class TreeCopier : IDisposable
{
    private const int PieceBytes = 256 << 10;
    private const uint PrivateDirectory = 0x1c0; // until the owner is set
    private const uint PrivateFile = 0x180;

    private readonly MergedTree _tree;
    private readonly Fd _target;
    private readonly IProgressItem _progress;
    private readonly CancellationToken _ct;
    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly Dictionary<(int Layer, ulong Inode), byte[]> _linked = [];

    private TreeCopier(IReadOnlyList<string> layers, Fd target, IProgressItem progress, CancellationToken ct)
    {
        _tree = new MergedTree(layers);
        _target = target;
        _progress = progress;
        _ct = ct;
    }

    /// <param name="layers">Lowest first.</param>
    /// <param name="target">An empty directory, which becomes the root.</param>
    /// <param name="progress">Told the bytes.</param>
    /// <param name="ct">Ends it early.</param>
    public static void Copy(IReadOnlyList<string> layers, Fd target, IProgressItem progress, CancellationToken ct)
    {
        using TreeCopier copier = new(layers, target, progress, ct);
        copier.CopyContent(copier._tree.Root);
        copier.CopyStatus(copier._tree.Root, "."u8.ToArray());
    }

    public void Dispose() => _tree.Dispose();

    private void CopyContent(MergedEntry directory)
    {
        foreach (byte[] name in _tree.NamesIn(directory))
        {
            _ct.ThrowIfCancellationRequested();
            if (_tree.Find(directory, name) is { } entry)
            {
                CopyEntry(entry);
            }
        }
    }

    private void CopyEntry(MergedEntry entry)
    {
        FileStatus status = entry.Status;
        if (status.IsDirectory)
        {
            _ = RawFiles.TryMakeDirectory(_target, entry.Path, PrivateDirectory);
            CopyContent(entry);
            CopyStatus(entry, entry.Path);
            return;
        }

        if (status.Links > 1)
        {
            if (_linked.TryGetValue((entry.Layers[0], status.Inode), out byte[]? first))
            {
                _ = RawFiles.TryMakeHardLink(_target, first, _target, entry.Path);
                return;
            }

            _linked[(entry.Layers[0], status.Inode)] = entry.Path;
        }

        if (status.IsSymbolicLink)
        {
            _ = RawFiles.TryMakeSymbolicLink(_target, entry.Path, _tree.ReadLink(entry));
        }
        else if (status.Type == FileStatus.Regular)
        {
            CopyFile(entry);
        }
        else
        {
            _ = RawFiles.TryMakeNode(_target, entry.Path, status.Type | PrivateFile, status.SpecialMajor, status.SpecialMinor);
        }

        CopyStatus(entry, entry.Path);
    }

    private void CopyFile(MergedEntry entry)
    {
        using Fd source = RawFiles.Open(_tree.RootOf(entry.Layers[0]), entry.Path, O_RDONLY);
        using Fd copy = RawFiles.Open(_target, entry.Path, O_WRONLY | O_CREAT | O_EXCL, PrivateFile);
        int got;
        while ((got = Files.Read(source, _piece)) > 0)
        {
            ReadOnlySpan<byte> piece = _piece.AsSpan(0, got);
            if (piece.ContainsAnyExcept((byte)0))
            {
                Files.WriteAll(copy, piece);
            }
            else
            {
                _ = NativeException.ThrowIfFailed(Libc.LSeek(copy.Number, got, SEEK_CUR), "lseek"); // a hole stays one
            }

            _progress.Advance(got);
        }

        _ = NativeException.ThrowIfFailed(Libc.FTruncate(copy.Number, (long)entry.Status.SizeBytes), "ftruncate");
    }

    /// <summary>The owner first: chown(2) takes away the setuid bit and file capabilities. The time last.</summary>
    private void CopyStatus(MergedEntry entry, byte[] path)
    {
        FileStatus status = entry.Status;
        RawFiles.SetOwner(_target, path, status.Uid, status.Gid);
        if (!status.IsSymbolicLink)
        {
            RawFiles.SetMode(_target, path, status.Mode & ~FileStatus.TypeMask);
        }

        Fd root = _tree.RootOf(entry.Layers[0]);
        foreach (byte[] attribute in RawFiles.ListAttributes(root, path))
        {
            if (!attribute.AsSpan().StartsWith("trusted.overlay."u8) && RawFiles.GetAttribute(root, path, attribute) is { } value)
            {
                RawFiles.SetAttribute(_target, path, attribute, value);
            }
        }

        RawFiles.SetTime(_target, path, status.ModifiedSeconds, status.ModifiedNanoseconds);
    }
}

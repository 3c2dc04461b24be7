using Common.Native;
using PodManager.Images.Layers;
using PodManager.Images.Tar;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Export;

/// <summary>
/// What of overlay's upper directory is a change of the app's: all but what stage1 has made there to mount at, directories that were only copied up for that,
/// and what no layer can hold.
/// </summary>
internal sealed class UpperChanges : IDisposable
{
    private readonly PodExport _export;
    private readonly CancellationToken _ct;
    private readonly Fd _upper;
    private readonly MergedTree _lower;
    private readonly GeneratedPaths _generated;
    private readonly HashSet<string> _leftOut = new(StringComparer.Ordinal);
    private readonly HashSet<string> _opaque = new(StringComparer.Ordinal);

    private UpperChanges(PodExport export, CancellationToken ct)
    {
        _export = export;
        _ct = ct;
        _upper = Files.Open(export.Upper!, O_RDONLY | O_DIRECTORY);
        _lower = new MergedTree(export.App.Layers);
        using MergedTree seen = new([.. export.App.Layers, export.Upper!]);
        _generated = new GeneratedPaths(export, seen);
    }

    /// <summary>What the files that have changed hold, about.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>The root itself has another owner or mode than it is made with, which are an image's, too.</summary>
    public bool IsRootChanged { get; private set; }

    /// <param name="export">The app, which has ended.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="InvalidDataException">There is something that cannot be told in a layer.</exception>
    public static UpperChanges Find(PodExport export, CancellationToken ct)
    {
        UpperChanges changes = new(export, ct);
        try
        {
            FileStatus root = RawFiles.Status(changes._upper, "."u8)!.Value;
            FileStatus before = changes._lower.Root.Status;
            (uint Mode, uint Uid, uint Gid) now = (root.Mode, export.Ids.ToPod(root.Uid), export.Ids.ToPod(root.Gid));
            changes.IsRootChanged = now != (0x41EDu, 0u, 0u) && now != (before.Mode, before.Uid, before.Gid);
            _ = changes.Look([], changes._lower.Root);
            return changes;
        }
        catch
        {
            changes.Dispose();
            throw;
        }
    }

    public bool IsLeftOut(byte[] path) => _leftOut.Contains(ByteText.Escape(path));

    /// <summary>Whether a directory hides one of the layers below. Overlay marks new directories so that hide none.</summary>
    public bool HidesLower(byte[] path) => _opaque.Contains(ByteText.Escape(path));

    public void Dispose()
    {
        _upper.Dispose();
        _lower.Dispose();
    }

    /// <returns>Whether anything in it is kept, and whether anything is left out.</returns>
    private (bool Kept, bool LeftOut) Look(byte[] directory, MergedEntry? lower)
    {
        bool kept = false;
        bool leftOut = false;
        foreach ((byte[] name, byte[] path, FileStatus status) in RawTree.ChildrenOf(_upper, directory))
        {
            _ct.ThrowIfCancellationRequested();
            string text = ByteText.Escape(path);
            MergedEntry? below = lower is null ? null : _lower.Find(lower, name);
            bool isNamedAsMark = name.AsSpan().StartsWith(".wh."u8);
            if (isNamedAsMark)
            {
                _export.Note($"left out '{text}': in a layer, its name would mean that another file is gone");
            }

            if (!isNamedAsMark && (status.IsDirectory ? IsChanged(path, text, status, below) : IsChangedFile(path, text, status)))
            {
                kept = true;
                SizeBytes += status.Type == FileStatus.Regular ? (long)status.SizeBytes : 0;
            }
            else
            {
                leftOut = true;
                _ = _leftOut.Add(text);
            }
        }

        return (kept, leftOut);
    }

    private bool IsChanged(byte[] path, string text, FileStatus status, MergedEntry? below)
    {
        Refuse(path, text, "trusted.overlay.redirect"u8);
        MergedEntry? lower = below is { Status.IsDirectory: true } ? below : null;
        if (lower is not null && RawFiles.GetAttribute(_upper, path, "trusted.overlay.opaque"u8) is [(byte)'y'])
        {
            _ = _opaque.Add(text);
            lower = null;
        }

        (bool kept, bool leftOut) = Look(path, lower);
        if (kept || _opaque.Contains(text))
        {
            return true;
        }

        // Copied up for nothing but a place to mount at; or made for it.
        return lower is not null
            ? !(leftOut && IsSame(path, status, lower))
            : below is not null || HasAttributes(path) || !_generated.IsDirectory(text, status, _export.Ids);
    }

    private bool IsChangedFile(byte[] path, string text, FileStatus status)
    {
        if (status.Type == FileStatus.Socket)
        {
            _export.Note($"left out '{text}', a socket");
            return false;
        }

        if (status.Type == FileStatus.Regular)
        {
            Refuse(path, text, "trusted.overlay.metacopy"u8);
        }

        return status.IsWhiteout || !_generated.IsFile(text, status, _export.Ids, () => status.IsSymbolicLink ? RawFiles.ReadLink(_upper, path) : Read(path));
    }

    private bool IsSame(byte[] path, FileStatus status, MergedEntry lower) =>
        (status.Mode, _export.Ids.ToPod(status.Uid), _export.Ids.ToPod(status.Gid)) == (lower.Status.Mode, lower.Status.Uid, lower.Status.Gid)
        && AttributesOf(_upper, path).SetEquals(AttributesOf(_lower.RootOf(lower.Layers[0]), lower.Path));

    private bool HasAttributes(byte[] path) => AttributesOf(_upper, path).Count > 0;

    private static HashSet<string> AttributesOf(Fd root, byte[] path) =>
    [
        .. RawFiles.ListAttributes(root, path).Where(static name => LayerAttributes.IsKept(new TarAttribute(name, []), TarEntryType.Directory))
            .Select(name => $"{Convert.ToHexString(name)}={Convert.ToHexString(RawFiles.GetAttribute(root, path, name) ?? [])}"),
    ];

    private byte[] Read(byte[] path)
    {
        using Fd file = RawFiles.Open(_upper, path, O_RDONLY);
        return Files.ReadBytes(file);
    }

    /// <summary>stage1 mounts without them; a pod of an older podctl, on a host that has them by default, may have some.</summary>
    private void Refuse(byte[] path, string text, ReadOnlySpan<byte> attribute)
    {
        if (RawFiles.GetAttribute(_upper, path, attribute) is not null)
        {
            throw new InvalidDataException($"'{text}' has only its name in what the app has changed ({System.Text.Encoding.ASCII.GetString(attribute)}), and its content elsewhere");
        }
    }
}

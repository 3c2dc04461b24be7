using Common.Native;
using PodManager.Images.Tar;

namespace PodManager.Images.Copy;

/// <summary>Writes a tree as an archive.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="note">Told what is left out.</param>
/// <param name="ct">Ends it early.</param>
internal sealed class TreeArchiver(Stream output, Action<string> note, CancellationToken ct)
{
    private const int PieceBytes = 256 << 10;

    private readonly TarWriter _archive = new(output);
    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly Dictionary<(ulong, ulong), byte[]> _linked = [];

    /// <param name="source">What is copied.</param>
    /// <param name="name">What it is called in the archive; `.` for a directory's content.</param>
    public void Write(CopyNode source, byte[] name)
    {
        Write(source, name, 0);
        _archive.Finish();
        output.Flush();
    }

    private void Write(CopyNode source, byte[] path, int depth)
    {
        ct.ThrowIfCancellationRequested();
        CopyLimits.CheckDepth(depth);
        if (!source.IsCopied)
        {
            note(CopyLimits.LeftOut(source, path));
        }
        else if (source.Status.IsDirectory)
        {
            WriteDirectory(source, path, depth);
        }
        else if (source.Status.Links > 1 && _linked.TryGetValue(source.Identity, out byte[]? first))
        {
            _archive.Write(source.Describe(path) with { Type = TarEntryType.HardLink, LinkTarget = first, SizeBytes = 0, Attributes = [] });
        }
        else
        {
            if (source.Status.Links > 1)
            {
                _linked[source.Identity] = path;
            }

            WriteFile(source, source.Describe(path));
        }
    }

    private void WriteDirectory(CopyNode source, byte[] path, int depth)
    {
        _archive.Write(source.Describe([.. path, (byte)'/']));
        if (source.IsOfKernel)
        {
            note($"left out what is in '{ByteText.Escape(path)}', the kernel's own file system");
            return;
        }

        foreach (byte[] name in source.Names())
        {
            using CopyNode? child = source.Open(name);
            if (child is not null)
            {
                Write(child, CopyLimits.Join(path, name), depth + 1);
            }
        }
    }

    /// <summary>As many bytes as the header says, whatever becomes of the file meanwhile.</summary>
    private void WriteFile(CopyNode source, TarEntry entry)
    {
        if (entry.Type != TarEntryType.File)
        {
            _archive.Write(entry);
            return;
        }

        using Fd content = source.OpenContent(); // before the header: what cannot be opened is not announced
        _archive.Write(entry);
        for (long left = entry.SizeBytes; left > 0;)
        {
            ct.ThrowIfCancellationRequested();
            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(left, PieceBytes));
            int got = Files.Read(content, piece);
            if (got == 0)
            {
                note($"'{ByteText.Escape(entry.Name)}' has become shorter meanwhile: the rest of it is zeros");
                piece.Clear();
                while (left > 0)
                {
                    got = (int)Math.Min(left, piece.Length);
                    _archive.WriteContent(piece[..got]);
                    left -= got;
                }

                return;
            }

            _archive.WriteContent(piece[..got]);
            left -= got;
        }
    }
}

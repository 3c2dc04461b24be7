using System.Text;
using PodManager.Images.Layers;
using PodManager.Images.Tar;

namespace PodManager.Images.Archives;

/// <summary>
/// A tar archive whose files are read where they lie: nothing is unpacked. Its links lead to other files of the archive and to nothing else,
/// since they are looked up in its table of contents, never on a disk.
/// </summary>
internal sealed class TarArchive : IDisposable
{
    // Far more than an archive of images has: three per layer.
    private const int EntryLimit = 100_000;
    private const int LinkLimit = 40;

    private readonly FileStream _file;
    private readonly Dictionary<string, TarArchiveEntry> _entries = new(StringComparer.Ordinal);

    /// <param name="file">Can be sought; the archive closes it.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="InvalidDataException">It is no archive, or a hostile one.</exception>
    public TarArchive(FileStream file, CancellationToken ct)
    {
        _file = file;
        using TarReader reader = new(file);
        while (reader.Next() is { } entry)
        {
            ct.ThrowIfCancellationRequested();
            string path = EntryPath.Parse(entry.Name).ToString();
            _entries[path] = entry.Regions is null
                ? new TarArchiveEntry(entry.Type, reader.ContentOffset, entry.SizeBytes, entry.LinkTarget)
                : throw new InvalidDataException($"'{path}' is a sparse file, which archives of images do not have");
            if (_entries.Count > EntryLimit)
            {
                throw new InvalidDataException($"it has more than {EntryLimit} entries");
            }
        }
    }

    /// <returns>Null if there is no such file.</returns>
    public SectionStream? TryOpen(string path)
    {
        string? at = path;
        for (int links = 0; at is not null && links <= LinkLimit; links++)
        {
            TarArchiveEntry? entry = _entries.GetValueOrDefault(at);
            switch (entry?.Type)
            {
                case TarEntryType.File:
                    return new SectionStream(_file.SafeFileHandle, entry.Offset, entry.SizeBytes);
                case TarEntryType.HardLink:
                    at = Resolve("", entry.LinkTarget);
                    break;
                case TarEntryType.SymbolicLink:
                    at = Resolve(entry.LinkTarget is [(byte)'/', ..] ? "" : at[..(at.LastIndexOf('/') + 1)], entry.LinkTarget);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    public void Dispose() => _file.Dispose();

    /// <returns>Null if the link leads out of the archive.</returns>
    private static string? Resolve(string directory, byte[] target)
    {
        try
        {
            return EntryPath.Parse([.. Encoding.UTF8.GetBytes(directory), .. target]).ToString();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

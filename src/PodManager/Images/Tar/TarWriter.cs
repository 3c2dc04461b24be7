namespace PodManager.Images.Tar;

/// <summary>Writes a tar archive: ustar headers, and extended ones for what those cannot hold. The same entries always give the same bytes.</summary>
internal sealed class TarWriter(Stream archive)
{
    private const int EndBlocks = 2;
    private long _written;

    /// <summary>Writes an entry's headers; the content of a file follows by <see cref="WriteContent"/>.</summary>
    public void Write(TarEntry entry)
    {
        Pad();
        archive.Write(TarHeader.Of(entry));
    }

    public void WriteContent(ReadOnlySpan<byte> piece)
    {
        archive.Write(piece);
        _written += piece.Length;
    }

    /// <summary>A whole file.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        Write(new TarEntry { Name = System.Text.Encoding.UTF8.GetBytes(name), Type = TarEntryType.File, Mode = TarHeader.PlainFile, SizeBytes = content.Length });
        WriteContent(content);
    }

    /// <summary>Writes the mark of the archive's end.</summary>
    public void Finish()
    {
        Pad();
        archive.Write(new byte[EndBlocks * TarBlock.Size]);
    }

    public void Pad()
    {
        archive.Write(new byte[(int)(-_written & (TarBlock.Size - 1))]);
        _written = 0;
    }
}

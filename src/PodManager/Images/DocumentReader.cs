namespace PodManager.Images;

/// <summary>Reads an image's small files whole.</summary>
internal static class DocumentReader
{
    private const int LimitBytes = 4 << 20;

    /// <param name="file">Its length is known.</param>
    /// <param name="what">For messages.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="PodctlException">It is larger than any such file.</exception>
    public static async Task<byte[]> ReadAsync(Stream file, string what, CancellationToken ct)
    {
        if (file.Length > LimitBytes)
        {
            throw new PodctlException(ExitCode.Failed, $"{what} is larger than {LimitBytes >> 20} MiB");
        }

        byte[] content = new byte[file.Length];
        await file.ReadExactlyAsync(content, ct);
        return content;
    }
}

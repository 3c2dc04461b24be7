namespace PodManager.Images;

/// <summary>An OCI image layout that is a directory.</summary>
internal sealed class LayoutDirectory(string directory) : ILayoutFiles
{
    public string Place => directory;

    public Stream? TryOpen(string path)
    {
        try
        {
            return new FileStream(Path.Combine(directory, path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Dispose()
    {
    }
}

namespace PodManager.Images.Archives;

/// <summary>An OCI image layout in an archive.</summary>
/// <param name="archive">Closed with this.</param>
/// <param name="place">What users call it.</param>
internal sealed class LayoutArchive(TarArchive archive, string place) : ILayoutFiles
{
    public string Place => place;

    public Stream? TryOpen(string path) => archive.TryOpen(path);

    public void Dispose() => archive.Dispose();
}

namespace PodManager.Lifecycle;

/// <summary>Takes images out of the store: as archives, or as directories.</summary>
internal interface IImageExporter
{
    /// <summary>Writes an archive, which appears under its name when it is whole.</summary>
    /// <exception cref="PodctlException">The file is there already, or cannot be written.</exception>
    Task ExportAsync(ImageExport export, string file, bool overwrite, CancellationToken ct);

    /// <summary>Hands an archive over piece by piece, once all of it is made.</summary>
    Task ExportAsync(ImageExport export, Action<ReadOnlyMemory<byte>> output, CancellationToken ct);

    /// <summary>Writes an archive of an app's image with what the app has changed as one more layer.</summary>
    /// <exception cref="PodctlException">The file is there already, or cannot be written.</exception>
    Task ExportPodAsync(PodExport export, string file, bool overwrite, CancellationToken ct);

    /// <summary>Hands such an archive over piece by piece.</summary>
    Task ExportPodAsync(PodExport export, Action<ReadOnlyMemory<byte>> output, CancellationToken ct);

    /// <summary>Writes the merged file system, which appears under its name when it is whole.</summary>
    /// <exception cref="PodctlException">The directory is there already, or cannot be written.</exception>
    void Extract(ImageExtraction extraction, CancellationToken ct);
}

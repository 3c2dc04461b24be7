namespace PodManager.Lifecycle;

/// <summary>Takes files into and out of pods.</summary>
internal interface IFileService
{
    /// <summary>`podctl cp`.</summary>
    /// <param name="options">What to copy.</param>
    /// <param name="output">Given an archive piece by piece, if one is asked for.</param>
    /// <param name="ct">Ends it early.</param>
    Task CopyAsync(CopyOptions options, Action<ReadOnlyMemory<byte>> output, CancellationToken ct);

    /// <summary>`podctl export`: an app's image with what the app has changed.</summary>
    Task ExportAsync(PodExportOptions options, CancellationToken ct);
}

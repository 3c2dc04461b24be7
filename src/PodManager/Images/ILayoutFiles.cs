namespace PodManager.Images;

/// <summary>The files of an OCI image layout, wherever they lie.</summary>
internal interface ILayoutFiles : IDisposable
{
    /// <summary>For messages: the directory or the archive.</summary>
    string Place { get; }

    /// <summary>Opens a file by its path below the layout's root.</summary>
    /// <returns>Null if there is none. The length is known.</returns>
    Stream? TryOpen(string path);
}

namespace System.Tests.Harness;

/// <summary>A data directory of a test's own, so that images have to be fetched.</summary>
internal sealed class OwnStore : IDisposable
{
    // Below the usual one: an overlay's upper directory must be on a real file system, as that is.
    public OwnStore()
        : this($"{Podctl.DataDirectory}/store-{Guid.NewGuid():N}")
    {
    }

    public OwnStore(string directory) => Directory = directory;

    public string Directory { get; }

    public string Flag => $"--dir={Directory}";

    /// <summary>What is in it beside empty directories and empty files such as locks.</summary>
    public IReadOnlyList<string> Content() => !System.IO.Directory.Exists(Directory) ? [] :
    [
        .. System.IO.Directory.EnumerateFiles(Directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(static file => new FileInfo(file) is { LinkTarget: not null } or { Length: > 0 }),
    ];

    /// <summary>What podctl has not finished has a name with a dot in front.</summary>
    public IReadOnlyList<string> Unfinished() => !System.IO.Directory.Exists(Directory) ? [] :
        System.IO.Directory.GetFileSystemEntries(Directory, ".*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, AttributesToSkip = FileAttributes.None });

    public void Dispose()
    {
        if (System.IO.Directory.Exists(Directory))
        {
            foreach (string pod in System.IO.Directory.Exists($"{Directory}/pods") ? System.IO.Directory.GetDirectories($"{Directory}/pods") : [])
            {
                using CliProcess removal = CliProcess.Start(Podctl.Program, [Flag, "rm", "--force", Path.GetFileName(pod)]);
                _ = removal.FinishAsync(CancellationToken.None).GetAwaiter().GetResult().Expect(0);
            }

            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

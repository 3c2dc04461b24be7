using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Store;

/// <summary>A directory that is gone after the test, whatever is in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("podctl-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        using Fd parent = Files.Open(System.IO.Path.GetDirectoryName(Path)!, O_RDONLY | O_DIRECTORY);
        TreeRemover.Remove(parent, System.IO.Path.GetFileName(Path));
    }
}

using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Store;

namespace PodManager.Tests.Images;

/// <summary>An image that has only the files it is given.</summary>
internal sealed class FakeImageRoot : IImageRoot, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, ImageFile> _files = [];

    public FakeImageRoot Add(string path, string content)
    {
        string file = _directory[_files.Count.ToString()];
        File.WriteAllText(file, content);
        _files[path] = new ImageFile(file, 0x81a4, 0, 0);
        return this;
    }

    public ImageFile? Find(string path) => _files.GetValueOrDefault(path);

    public ImageUser FindUser(string user) => throw new NotSupportedException();

    public void Dispose() => _directory.Dispose();
}

using System.Text;
using Common.Native;
using PodManager.Images;
using PodManager.Images.Registry;
using PodManager.Tests.Store;

namespace PodManager.Tests.Images;

/// <summary>A host with no settings but those that a test gives it.</summary>
internal sealed class TestHost(TimeProvider clock) : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public Dictionary<string, string> Variables { get; } = [];

    public FakeMessages Messages { get; } = new();

    public HostEnvironment Environment => new(_root.Path, Variables.GetValueOrDefault, 0);

    public RegistryAccess Registries => new(Environment, Messages, clock);

    public string Path(string absolute) => _root[absolute.TrimStart('/')];

    /// <summary>Makes a file, which only root may read unless it is said otherwise.</summary>
    public string Write(string absolute, string content, uint mode = 0x180)
    {
        string path = Path(absolute);
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Files.Replace(path, Encoding.UTF8.GetBytes(content), mode);
        return path;
    }

    public void Dispose() => _root.Dispose();
}

using PodManager.Lifecycle;

namespace PodManager.Tests.Images;

/// <summary>Keeps what was said.</summary>
internal sealed class FakeMessages : IMessageSink
{
    public List<string> Warnings { get; } = [];

    public void Warn(string message) => Warnings.Add(message);

    public void Note(string message)
    {
    }

    public void Debug(string message)
    {
    }
}

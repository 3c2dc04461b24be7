using System.Collections.Concurrent;
using PodManager.Lifecycle;

namespace PodManager.Tests.Images;

/// <summary>Remembers what was said.</summary>
internal sealed class FakeMessages : IMessageSink
{
    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>Everything, warnings too.</summary>
    public ConcurrentQueue<string> All { get; } = new();

    public void Warn(string message)
    {
        Warnings.Enqueue(message);
        All.Enqueue(message);
    }

    public void Note(string message) => All.Enqueue(message);

    public void Debug(string message) => All.Enqueue(message);
}

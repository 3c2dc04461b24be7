using System.Collections.Concurrent;
using PodManager.Lifecycle;

namespace PodManager.Tests.Images;

/// <summary>Remembers what was reported.</summary>
internal sealed class FakeProgress : IProgressSink
{
    public ConcurrentQueue<Item> Items { get; } = new();

    public IProgressItem Start(string label, long? totalBytes)
    {
        Item item = new(label, totalBytes);
        Items.Enqueue(item);
        return item;
    }

    internal sealed class Item(string label, long? totalBytes) : IProgressItem
    {
        private long _done;

        public string Label { get; } = label;

        public long? TotalBytes { get; } = totalBytes;

        public long Done => _done;

        public bool IsComplete { get; private set; }

        public bool IsEnded { get; private set; }

        public void Advance(long bytes) => Interlocked.Add(ref _done, bytes);

        public void Complete() => IsComplete = true;

        public void Dispose() => IsEnded = true;
    }
}

using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>Shows nothing (`--progress=none`).</summary>
internal sealed class NoProgress : IProgressSink, IProgressItem
{
    public bool IsShown => false;

    public IProgressItem Start(string label, long? totalBytes) => this;

    public void Advance(long bytes)
    {
    }

    public void Complete()
    {
    }

    public void Dispose()
    {
    }
}

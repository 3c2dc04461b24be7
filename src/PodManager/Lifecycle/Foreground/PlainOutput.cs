using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>One of podctl's own streams, for the output of one app: bytes as they are.</summary>
internal sealed class PlainOutput(Fd to) : IOutput
{
    public void Write(ReadOnlySpan<byte> bytes) => Files.WriteAll(to, bytes);

    public void Finish()
    {
        // every byte has been written
    }
}

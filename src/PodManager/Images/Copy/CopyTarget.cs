using Common.Native;

namespace PodManager.Images.Copy;

/// <summary>Where a copy is to go.</summary>
/// <param name="Directory">The directory that gets it; of an existing directory, that one itself.</param>
/// <param name="Name">The name in it; empty if the destination is a directory.</param>
/// <param name="Kind">What is there now.</param>
internal sealed record CopyTarget(Fd Directory, byte[] Name, TargetKind Kind) : IDisposable
{
    public void Dispose() => Directory.Dispose();
}

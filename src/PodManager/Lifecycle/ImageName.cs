namespace PodManager.Lifecycle;

/// <summary>A name of a stored image.</summary>
/// <param name="Name">Normalised, e.g. `127.0.0.1:5000/busybox:latest`.</param>
/// <param name="Trust">Why the image may run under this name; null if that was never verified.</param>
internal sealed record ImageName(string Name, TrustRecord? Trust);

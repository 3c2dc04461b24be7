namespace PodManager.Images.Tar;

/// <summary>An extended attribute (xattr(7)).</summary>
internal sealed record TarAttribute(byte[] Name, byte[] Value);

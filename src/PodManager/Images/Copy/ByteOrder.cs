namespace PodManager.Images.Copy;

/// <summary>Names in the order of their bytes, which is the same everywhere.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    public static ByteOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}

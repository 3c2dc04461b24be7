namespace PodManager.Output;

/// <summary>The columns of `image list`.</summary>
internal enum ImageField
{
    Id,
    Name,
    Size,
    ImportTime,
    LastUsed,
    TrustedBy,
}

namespace PodManager.Images.Configuration;

/// <summary>Which images a mirror is asked for.</summary>
internal enum MirrorUse
{
    All,
    DigestOnly,
    TagOnly,
}

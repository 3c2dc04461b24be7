namespace PodManager.Images.Copy;

/// <summary>What is at a copy's destination, links followed.</summary>
internal enum TargetKind
{
    Missing,
    File,
    Directory,
}

namespace PodManager.Lifecycle;

/// <summary>Knows which layers the pods on this host need; the pods' store implements it.</summary>
internal interface IImageUsers
{
    /// <summary>The paths of all layers that existing pods, running or not, have on record, as <see cref="StoredImage.Layers"/> gave them.</summary>
    IReadOnlySet<string> LayersInUse();
}

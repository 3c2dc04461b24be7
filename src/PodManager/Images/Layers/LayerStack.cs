using PodManager.Lifecycle;

namespace PodManager.Images.Layers;

/// <summary>Which of an image's layers are to be mounted.</summary>
internal static class LayerStack
{
    /// <summary>
    /// Leaves out what cannot be seen: layers below one that hides them all, layers without content, and the lower one of two that are the same,
    /// which overlay(5) would refuse and the upper one covers completely.
    /// </summary>
    /// <param name="layers">Lowest first.</param>
    public static IReadOnlyList<Layer> Reduce(IReadOnlyList<Layer> layers)
    {
        int first = Math.Max(0, layers.ToList().FindLastIndex(static layer => layer.Content.HidesLower));
        List<Layer> visible = [.. layers.Skip(first).Reverse().DistinctBy(static layer => layer.Id).Reverse()];
        List<Layer> filled = [.. visible.Where(static layer => layer.Content.Entries > 0)];
        return filled.Count > 0 ? filled : [.. visible.TakeLast(1)];
    }
}

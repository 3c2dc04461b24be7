using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Looks at what pods do.</summary>
internal interface IPodMeter
{
    /// <summary>What a whole pod uses.</summary>
    /// <returns>Null if it has no processes.</returns>
    ResourceFigures? Measure(PodId pod);

    /// <summary>What one app of it uses.</summary>
    /// <returns>Null if it does not run.</returns>
    ResourceFigures? Measure(PodId pod, AppName app);

    /// <summary>The processes of a pod, in the order of their numbers.</summary>
    IReadOnlyList<PodProcess> Processes(PodId pod);
}

namespace PodManager.Lifecycle;

/// <summary>What a run needs of the rest of podctl.</summary>
/// <param name="Images">Where images come from.</param>
/// <param name="Pods">Where pods are kept.</param>
/// <param name="Starter">How they are started.</param>
/// <param name="Networks">The networks that they can join.</param>
/// <param name="Units">The host's service manager.</param>
/// <param name="Journals">The pods' journals.</param>
/// <param name="Messages">What is to be said to the user.</param>
/// <param name="Trace">Where the time goes.</param>
/// <param name="Time">The clock.</param>
internal sealed record RunServices(
    IImageSource Images,
    IPodStore Pods,
    PodStarter Starter,
    INetworks Networks,
    Func<IUnitManager> Units,
    IJournal Journals,
    IMessageSink Messages,
    StartTrace Trace,
    TimeProvider Time);

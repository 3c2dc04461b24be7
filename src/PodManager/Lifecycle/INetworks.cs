using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The networks that pods can join.</summary>
internal interface INetworks
{
    /// <summary>Finds out how a pod is to be connected, before anything of it is made.</summary>
    /// <param name="mode">Which networks.</param>
    /// <param name="requests">Those that the user names.</param>
    /// <param name="ports">Ports of the host's that are to lead to the pod.</param>
    /// <returns>One for each network, in the order of the interfaces; none for `none` and `host`.</returns>
    /// <exception cref="PodctlException">A network is not there, broken, or lacks a plugin: all of it in one line.</exception>
    IReadOnlyList<NetworkAttachment> Choose(NetworkMode mode, IReadOnlyList<NetworkRequest> requests, IReadOnlyList<PortMapping> ports);

    /// <summary>Connects a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="attachments">What was chosen.</param>
    /// <param name="networkNamespace">The pod's, as a path of the host's.</param>
    /// <exception cref="PodctlException">A plugin failed. What was done so far is on record, for <see cref="Leave"/>.</exception>
    IReadOnlyList<PodNetwork> Join(PodId pod, IReadOnlyList<NetworkAttachment> attachments, string networkNamespace);

    /// <summary>Gives back all that a pod has been given, once nothing of it runs any more. May be repeated, by several at once.</summary>
    /// <returns>Whether there was something.</returns>
    /// <exception cref="PodctlException">A plugin failed; it is asked again the next time.</exception>
    bool Leave(PodId pod);

    /// <summary>The pods for which something is on record, whether they are there or not.</summary>
    IReadOnlyList<PodId> Owners();

    /// <summary>The networks there are.</summary>
    IReadOnlyList<NetworkSummary> List();

    /// <summary>Has the plugins of a pod's networks look whether all is as they left it (CHECK).</summary>
    /// <exception cref="PodctlException">It is not.</exception>
    void Check(PodId pod, string networkNamespace);

    /// <summary>Connects a pod anew that runs: what somebody has flushed is there again.</summary>
    /// <exception cref="PodctlException">A plugin failed.</exception>
    void Renew(PodId pod, string networkNamespace);
}

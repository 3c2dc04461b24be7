namespace PodManager.Pods;

/// <summary>A network that a pod has joined.</summary>
/// <param name="Name">The network's.</param>
/// <param name="Interface">In the pod, such as eth0.</param>
/// <param name="Ips">Addresses with the length of their prefix, such as 172.16.28.2/24.</param>
/// <param name="Gateways">Those of the addresses that have one.</param>
/// <param name="Mac">The interface's hardware address; null if nobody said.</param>
internal sealed record PodNetwork(string Name, string Interface, IReadOnlyList<string> Ips, IReadOnlyList<string> Gateways, string? Mac)
{
    /// <summary>The first address of IPv4, else the first of all, without prefix; null if there is none.</summary>
    public string? Address => (Ips.FirstOrDefault(static ip => !ip.Contains(':', StringComparison.Ordinal)) ?? (Ips.Count > 0 ? Ips[0] : null))?.Split('/')[0];
}

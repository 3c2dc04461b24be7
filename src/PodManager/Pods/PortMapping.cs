using System.Net;

namespace PodManager.Pods;

/// <summary>A port of the host's that leads to one of a pod's.</summary>
/// <param name="PodPort">In the pod.</param>
/// <param name="Protocol">`tcp`, `udp` or `sctp`; null if that is what the apps' images say of the port, else tcp.</param>
/// <param name="HostAddress">Null for all of the host's.</param>
/// <param name="HostPort">On the host.</param>
internal sealed record PortMapping(int PodPort, string? Protocol, string? HostAddress, int HostPort)
{
    public const string Tcp = "tcp";

    public static IReadOnlyList<string> Protocols { get; } = [Tcp, "udp", "sctp"];

    /// <summary>Whether both want the same port of the host's.</summary>
    public bool Collides(PortMapping other) =>
        HostPort == other.HostPort && (Protocol ?? Tcp) == (other.Protocol ?? Tcp) && (IsAny || other.IsAny || HostAddress == other.HostAddress);

    public override string ToString() => $"{(HostAddress is null ? "" : HostAddress.Contains(':', StringComparison.Ordinal) ? $"[{HostAddress}]:" : $"{HostAddress}:")}{HostPort}/{Protocol ?? Tcp}";

    private bool IsAny => HostAddress is null || IPAddress.Any.ToString() == HostAddress || IPAddress.IPv6Any.ToString() == HostAddress;
}

using PodManager.Pods;

namespace PodManager.Output;

/// <summary>A port of the host's that leads to a pod, in JSON.</summary>
internal sealed record PortView(int PodPort, string Protocol, string? HostIp, int HostPort)
{
    public static PortView Of(PortMapping port) => new(port.PodPort, port.Protocol ?? PortMapping.Tcp, port.HostAddress, port.HostPort);
}

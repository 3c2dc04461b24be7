using System.Net;
using System.Net.Sockets;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Looks whether the ports that a pod is to have are free, before anything of it is made.</summary>
internal static class PortConflicts
{
    /// <exception cref="PodctlException">Some are not.</exception>
    public static void Check(IReadOnlyList<PortMapping> ports, Func<IReadOnlyList<Pod>> pods)
    {
        if (ports.Count == 0)
        {
            return;
        }

        Pod[] others = [.. pods().Where(static pod => pod.HasProcesses && pod.Record?.Ports.Count > 0)];
        string[] faults = [.. ports.Select(port => Fault(port, others)).OfType<string>()];
        if (faults.Length > 0)
        {
            throw new PodctlException(ExitCode.Failed, string.Join("; ", faults), "`podctl list` shows the pods, `ss -lnp` who listens on the host");
        }
    }

    private static string? Fault(PortMapping port, IReadOnlyList<Pod> others) =>
        others.FirstOrDefault(pod => pod.Record!.Ports.Any(port.Collides)) is { } owner ? $"port {port} of the host's leads to pod '{owner.Id}' already"
        : IsTaken(port) is { } reason ? $"port {port} of the host's cannot be had: {reason}"
        : null;

    /// <summary>A program of the host's that listens there would get nothing any more.</summary>
    private static string? IsTaken(PortMapping port)
    {
        if (port.Protocol is not (PortMapping.Tcp or "udp"))
        {
            return null; // .NET has no sockets for sctp
        }

        bool isTcp = port.Protocol == PortMapping.Tcp;
        IPAddress[] addresses = port.HostAddress is { } one ? [IPAddress.Parse(one)] : [IPAddress.Any, IPAddress.IPv6Any];
        foreach (IPAddress address in addresses)
        {
            try
            {
                using Socket socket = new(address.AddressFamily, isTcp ? SocketType.Stream : SocketType.Dgram, isTcp ? ProtocolType.Tcp : ProtocolType.Udp);
                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    socket.DualMode = false;
                }

                socket.Bind(new IPEndPoint(address, port.HostPort));
                if (isTcp)
                {
                    socket.Listen(1);
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
            {
                return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "somebody listens on it" : "the host does not have that address";
            }
            catch (SocketException)
            {
                continue; // no IPv6 here, or no such right: the plugin will say
            }
        }

        return null;
    }
}

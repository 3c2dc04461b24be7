using System.Globalization;
using System.Net;

namespace PodManager.Images.Registry;

/// <summary>
/// NO_PROXY: a comma list of `*`, host names, domains (`example.com` with all below it, `.example.com` those below it only), addresses and networks
/// (`10.0.0.0/8`), each but a network with a port if only that is meant. This host itself never needs a proxy.
/// </summary>
internal sealed class NoProxyList(string list)
{
    private readonly string[] _entries = [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static entry => entry.ToLowerInvariant())];

    public bool Has(Uri destination)
    {
        string host = destination.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        return destination.IsLoopback || _entries.Any(entry => Matches(entry, host, destination.Port));
    }

    private static bool Matches(string entry, string host, int port)
    {
        if (entry == "*")
        {
            return true;
        }

        _ = IPAddress.TryParse(host, out IPAddress? address);
        if (IPNetwork.TryParse(entry, out IPNetwork network))
        {
            return address is not null && network.Contains(address);
        }

        (string name, int? onlyPort) = SplitPort(entry);
        if (onlyPort is not null && onlyPort != port)
        {
            return false;
        }

        if (IPAddress.TryParse(name, out IPAddress? other))
        {
            return other.Equals(address);
        }

        name = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
        return name.StartsWith('.') ? host.EndsWith(name, StringComparison.Ordinal) : host == name || host.EndsWith('.' + name, StringComparison.Ordinal);
    }

    private static (string Name, int? Port) SplitPort(string entry)
    {
        int colon = entry.LastIndexOf(':');
        bool isWhole = colon < 0 || entry.Count(static c => c == ':') > 1 && !entry.StartsWith('[');
        return !isWhole && int.TryParse(entry[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? (entry[..colon].Trim('[', ']'), port)
            : (entry.Trim('[', ']'), null);
    }
}

using System.Globalization;
using System.Net;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Reads what `--net` and `--port` say.</summary>
internal static class NetworkValues
{
    public const string None = "none";
    public const string Host = "host";
    public const string All = "all";

    private const int HighestPort = 65535;

    /// <summary>`NAME[:KEY=VALUE;…],…`.</summary>
    public static string? ReadNetworks(string text, out IReadOnlyList<NetworkRequest> value)
    {
        List<NetworkRequest> requests = [];
        value = requests;
        foreach (string word in text.Split(','))
        {
            string[] parts = word.Split(':', 2);
            string[] arguments = parts.Length == 1 ? [] : parts[1].Split(';');
            if (!NetworkRequest.IsName(parts[0]))
            {
                return $"'{parts[0]}' is no network's name";
            }

            if (arguments.FirstOrDefault(static argument => argument.IndexOf('=', StringComparison.Ordinal) <= 0 || argument.Any(char.IsControl)) is { } wrong)
            {
                return $"'{wrong}' is no KEY=VALUE for network '{parts[0]}'";
            }

            requests.Add(new NetworkRequest(parts[0], arguments));
        }

        return null;
    }

    /// <summary>What is wrong with networks that are right one by one.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<NetworkRequest> requests)
    {
        foreach (NetworkRequest request in requests.Where(static request => request.Name is None or Host or All).DistinctBy(static request => request.Name))
        {
            if (requests.Any(other => other.Name != request.Name))
            {
                yield return $"--net={request.Name} stands alone, without other networks";
            }

            if (request.Arguments.Count > 0)
            {
                yield return $"--net={request.Name} takes no arguments";
            }
        }

        foreach ((string name, int count) in requests.CountBy(static request => request.Name))
        {
            if (count > 1 && name is not (None or Host or All))
            {
                yield return $"--net: network '{name}' is given {(count == 2 ? "twice" : $"{count} times")}";
            }
        }
    }

    public static NetworkMode ModeOf(IReadOnlyList<NetworkRequest> requests) => requests.Count == 0 ? NetworkMode.Named : requests[0].Name switch
    {
        None => NetworkMode.None,
        Host => NetworkMode.Host,
        All => NetworkMode.All,
        _ => NetworkMode.Named,
    };

    /// <summary>The networks by name; the default one if nothing was said.</summary>
    public static IReadOnlyList<NetworkRequest> NamedOf(IReadOnlyList<NetworkRequest> requests) =>
        requests.Count == 0 ? [new NetworkRequest(NetworkRequest.Default, [])] : ModeOf(requests) == NetworkMode.Named ? requests : [];

    /// <summary>`NUMBER[-PROTOCOL]:[HOSTIP:]HOSTPORT`.</summary>
    public static string? ReadPort(string text, out IReadOnlyList<PortMapping> value)
    {
        value = [];
        string[] halves = text.Split(':', 2);
        if (halves.Length < 2)
        {
            return $"'{text}' is not PORT:[HOSTIP:]HOSTPORT";
        }

        string[] name = halves[0].Split('-', 2);
        if (!IsNumber(name[0], out int podPort))
        {
            return $"'{halves[0]}' is no port: use its number, such as 8080 or 53-udp";
        }

        if (name.Length == 2 && !PortMapping.Protocols.Contains(name[1]))
        {
            return $"'{name[1]}' is no protocol: use {string.Join(", ", PortMapping.Protocols)}";
        }

        int colon = halves[1].LastIndexOf(':');
        string address = colon < 0 ? "" : halves[1][..colon].TrimStart('[').TrimEnd(']');
        if (!IsNumber(halves[1][(colon + 1)..], out int hostPort))
        {
            return $"'{halves[1][(colon + 1)..]}' is no port of the host's: a number from 1 to {HighestPort}";
        }

        if (colon >= 0 && !RunValues.TryReadAddress(address, out _))
        {
            return $"'{address}' is no IP address of the host's";
        }

        value = [new PortMapping(podPort, name.Length == 2 ? name[1] : null, colon < 0 ? null : IPAddress.Parse(address).ToString(), hostPort)];
        return null;
    }

    /// <summary>What is wrong with ports that are right one by one.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<PortMapping> ports) =>
        from pair in ports.Index()
        where ports.Take(pair.Index).Any(pair.Item.Collides)
        select $"--port: port {pair.Item} is mapped already";

    private static bool IsNumber(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= HighestPort;
}

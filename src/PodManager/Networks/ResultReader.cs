using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PodManager.Pods;

namespace PodManager.Networks;

/// <summary>Reads what a plugin has made (CNI specification, section 5, Success). What is no address is passed over: nobody else must read it either.</summary>
internal static class ResultReader
{
    private const int MaxMac = 64;

    public static PodNetwork Read(string network, string interfaceName, JsonObject? result)
    {
        JsonObject[] interfaces = Objects(result, "interfaces");
        List<string> ips = [], gateways = [];
        foreach (JsonObject ip in Objects(result, "ips"))
        {
            // Addresses of other interfaces of the chain are nobody's business here.
            bool isOther = ip["interface"] is JsonValue number && number.TryGetValue(out int index) && index >= 0 && index < interfaces.Length && !IsOfPod(interfaces[index]);
            if (!isOther && NetworkConfiguration.Text(ip, "address") is { } address && IsAddressWithPrefix(address))
            {
                ips.Add(address);
                if (NetworkConfiguration.Text(ip, "gateway") is { } gateway && IPAddress.TryParse(gateway, out _))
                {
                    gateways.Add(gateway);
                }
            }
        }

        string? mac = interfaces.Where(IsOfPod).Select(static one => NetworkConfiguration.Text(one, "mac")).FirstOrDefault(static mac => !string.IsNullOrEmpty(mac));
        return new PodNetwork(network, interfaceName, ips, gateways, mac is { Length: <= MaxMac } && mac.All(static c => char.IsAsciiHexDigit(c) || c == ':') ? mac : null);
    }

    private static JsonObject[] Objects(JsonObject? result, string key) => result?[key] is JsonArray array ? [.. array.OfType<JsonObject>()] : [];

    private static bool IsOfPod(JsonObject one) => NetworkConfiguration.Text(one, "sandbox") is { Length: > 0 };

    private static bool IsAddressWithPrefix(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && IPAddress.TryParse(parts[0], out IPAddress? address) && address.ScopeIdIsNone()
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 128;
    }

    private static bool ScopeIdIsNone(this IPAddress address) => !address.ToString().Contains('%', StringComparison.Ordinal);
}

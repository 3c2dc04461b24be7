using System.Net;
using System.Text.Json.Nodes;
using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Networks;

/// <summary>
/// What a network's plugins will say of name servers, by its configuration: the files of an app's /etc are made before a plugin is called. What a plugin finds out elsewhere, such as by DHCP, is not seen.
/// </summary>
internal static class NetworkDns
{
    private const int LimitBytes = 64 << 10;

    /// <returns>Null if the configuration says nothing of the kind.</returns>
    public static DnsOptions? Of(NetworkConfiguration network) => network.Plugins.SelectMany(Sources).FirstOrDefault(static dns => dns.IsGenerated) is { } dns ? dns with { Network = network.Name } : null;

    private static IEnumerable<DnsOptions> Sources(JsonObject plugin)
    {
        JsonObject? ipam = plugin["ipam"] as JsonObject;
        foreach (JsonObject? dns in new[] { plugin["dns"] as JsonObject, ipam?["dns"] as JsonObject })
        {
            if (dns is not null)
            {
                yield return Make(Words(dns, "nameservers"), Words(dns, "search"), Words(dns, "options"), NetworkConfiguration.Text(dns, "domain"));
            }
        }

        // Of host-local.
        if (ipam is not null && NetworkConfiguration.Text(ipam, "resolvConf") is { Length: > 0 } path)
        {
            string[][] lines = Lines(path);
            string[] Values(string key, bool all) => [.. lines.Where(words => words[0] == key).SelectMany(words => words.Skip(1).Take(all ? int.MaxValue : 1))];
            yield return Make(Values("nameserver", all: false), Values("search", all: true), Values("options", all: true), Values("domain", all: false).FirstOrDefault());
        }
    }

    private static DnsOptions Make(IEnumerable<string> servers, IEnumerable<string> search, IEnumerable<string> options, string? domain) => new()
    {
        Servers = [.. servers.Select(static text => IPAddress.TryParse(text, out IPAddress? address) ? address : null).OfType<IPAddress>()],
        Search = [.. search.Where(IsWord)],
        Options = [.. options.Where(IsWord)],
        Domain = domain is not null && IsWord(domain) ? domain : null,
    };

    private static IEnumerable<string> Words(JsonObject dns, string key) =>
        dns[key] is JsonArray array ? array.OfType<JsonValue>().Select(static value => value.TryGetValue(out string? text) ? text : "") : [];

    private static bool IsWord(string text) => text.Length > 0 && text.All(static c => c is > ' ' and < '\x7f');

    private static string[][] Lines(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NONBLOCK);
            return [.. Files.ReadText(file, LimitBytes).Split('\n').Select(static line => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)).Where(static words => words.Length > 1)];
        }
        catch (NativeException)
        {
            return []; // the plugin will say so
        }
    }
}

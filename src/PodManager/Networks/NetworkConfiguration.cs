using System.Text.Json;
using System.Text.Json.Nodes;
using PodManager.Pods;

namespace PodManager.Networks;

/// <summary>A network's configuration list (CNI specification, section 1). A file for a single plugin is a list of one.</summary>
internal sealed record NetworkConfiguration(string Name, string Version, bool IsCheckDisabled, IReadOnlyList<JsonObject> Plugins)
{
    /// <summary>The versions of the specification that podctl speaks, the oldest first. The results of all of them have the same shape.</summary>
    public static readonly IReadOnlyList<string> Versions = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <summary>Whether the version has CHECK, which came with 0.4.</summary>
    public bool HasCheck => !IsCheckDisabled && Version is not ("0.3.0" or "0.3.1");

    /// <summary>Whether the version has GC and STATUS, which came with 1.1.</summary>
    public bool HasStatus => Version == "1.1.0";

    /// <summary>The types of its plugins, those for addresses included.</summary>
    public IEnumerable<string> Programs => Plugins.SelectMany(static plugin => new[] { Text(plugin, "type"), plugin["ipam"] is JsonObject ipam ? Text(ipam, "type") : null }).OfType<string>().Where(static type => type.Length > 0);

    /// <exception cref="FormatException">It is no configuration of a network, and why.</exception>
    public static NetworkConfiguration Parse(string text)
    {
        JsonObject list;
        try
        {
            list = JsonNode.Parse(text, documentOptions: Strict) as JsonObject ?? throw new FormatException("it is no JSON object");
            _ = list.Count; // a key that is there twice is found when it is first looked at
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is no JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}");
        }
        catch (ArgumentException)
        {
            throw new FormatException("a key is there twice");
        }

        string name = Text(list, "name") ?? throw new FormatException("it has no name");
        if (!NetworkRequest.IsName(name))
        {
            throw new FormatException($"'{name}' is no name for a network: letters, digits, '_', '.' and '-', a letter or digit first");
        }

        return new NetworkConfiguration(name, VersionOf(list), list["disableCheck"] is JsonValue value && value.TryGetValue(out bool isDisabled) && isDisabled, PluginsOf(list));
    }

    /// <summary>As it is given to <see cref="Parse"/>.</summary>
    public string ToText()
    {
        JsonObject list = new()
        {
            ["cniVersion"] = Version,
            ["name"] = Name,
            ["disableCheck"] = IsCheckDisabled,
            ["plugins"] = new JsonArray([.. Plugins.Select(static plugin => plugin.DeepClone())]),
        };
        return list.ToJsonString();
    }

    public static string? Text(JsonObject of, string key) => of[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string VersionOf(JsonObject list)
    {
        string[] versions = list["cniVersions"] is JsonArray several
            ? [.. several.OfType<JsonValue>().Select(static value => value.TryGetValue(out string? text) ? text : "")]
            : [Text(list, "cniVersion") ?? throw new FormatException("it has no cniVersion")];
        return Versions.LastOrDefault(versions.Contains)
            ?? throw new FormatException($"it is for version '{string.Join(", ", versions)}' of CNI, and podctl speaks {Versions[0]} to {Versions[^1]}");
    }

    private static IReadOnlyList<JsonObject> PluginsOf(JsonObject list)
    {
        JsonNode?[] nodes = list["plugins"] is JsonArray several ? [.. several] : list.ContainsKey("plugins") ? [null] : [list];
        if (nodes.Length == 0)
        {
            throw new FormatException("it has no plugins");
        }

        foreach (JsonNode? node in nodes)
        {
            if (node is not JsonObject plugin)
            {
                throw new FormatException("'plugins' is no list of objects");
            }

            CheckType(Text(plugin, "type"), "a plugin");
            if (plugin["ipam"] is JsonObject { Count: > 0 } ipam)
            {
                CheckType(Text(ipam, "type"), "'ipam'");
            }
        }

        return [.. nodes.Cast<JsonObject>()];
    }

    // It is the name of a program in a directory of plugins.
    private static void CheckType(string? type, string whose)
    {
        if (type is null)
        {
            throw new FormatException($"{whose} has no type");
        }

        if (!NetworkRequest.IsName(type))
        {
            throw new FormatException($"'{type}' is no plugin's type");
        }
    }
}

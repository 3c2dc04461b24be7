using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>Reads the few words of pod.json that a table of pods shows. The whole record takes five times as long, most of it for isolation that nobody looks at there.</summary>
internal static class OutlineReader
{
    private static readonly string[] Names = ["version", "created", "name", "network", "sandbox", "apps", "image", "restart", "id"];

    /// <returns>The version, and the outline if the version is known.</returns>
    /// <exception cref="JsonException">It is no pod's record.</exception>
    public static (int Version, PodOutline? Outline) Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        int version = PodRecord.CurrentVersion;
        DateTimeOffset? created = null;
        PodName? name = null;
        NetworkMode? network = null;
        bool hasSandbox = false;
        IReadOnlyList<AppOutline>? apps = null;
        _ = reader.Read();
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader, out string? property))
        {
            switch (property)
            {
                case "version":
                    version = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : throw Wrong(property);
                    if (version != PodRecord.CurrentVersion)
                    {
                        return (version, null);
                    }

                    break;
                case "created":
                    created = reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out DateTimeOffset time) ? time : throw Wrong(property);
                    break;
                case "name":
                    name = PodName.TryParse(Text(ref reader, property), out PodName? given) ? given : throw Wrong(property);
                    break;
                case "network":
                    network = Text(ref reader, property) switch { "none" => NetworkMode.None, "host" => NetworkMode.Host, "named" => NetworkMode.Named, "all" => NetworkMode.All, _ => throw Wrong(property) };
                    break;
                case "sandbox":
                    hasSandbox = reader.TokenType != JsonTokenType.Null;
                    reader.Skip();
                    break;
                case "apps":
                    apps = Apps(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        _ = reader.Read(); // throws if anything follows
        return (version, new PodOutline(created ?? throw Wrong("created"), name, network ?? throw Wrong("network"), hasSandbox, apps ?? throw Wrong("apps")));
    }

    private static List<AppOutline> Apps(ref Utf8JsonReader reader)
    {
        List<AppOutline> apps = [];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong("apps");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            apps.Add(App(ref reader));
        }

        return apps;
    }

    private static AppOutline App(ref Utf8JsonReader reader)
    {
        AppName? name = null;
        PodImage? image = null;
        RestartPolicy restart = RestartPolicy.No;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader, out string? property))
        {
            switch (property)
            {
                case "name":
                    name = AppName.TryParse(Text(ref reader, property), out AppName? given) ? given : throw Wrong(property);
                    break;
                case "image":
                    image = Image(ref reader);
                    break;
                case "restart":
                    restart = RestartPolicies.TryParse(Text(ref reader, property), out RestartPolicy policy) ? policy : throw Wrong(property);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new AppOutline(name ?? throw Wrong("name"), image ?? throw Wrong("image"), restart);
    }

    private static PodImage Image(ref Utf8JsonReader reader)
    {
        string? name = null;
        string? id = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader, out string? property))
        {
            switch (property)
            {
                case "name":
                    name = Text(ref reader, property);
                    break;
                case "id":
                    id = Text(ref reader, property);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new PodImage(name ?? throw Wrong("name"), id ?? throw Wrong("id"));
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw new JsonException($"{reader.TokenType} stands where {type} should");
        }
    }

    /// <summary>Goes to the value of the next property of an object.</summary>
    private static bool Next(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? property)
    {
        property = reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? Known(ref reader) : null;
        return reader.TokenType != JsonTokenType.EndObject && reader.Read();
    }

    // Without a string for each name that nobody asks for.
    private static string Known(ref Utf8JsonReader reader)
    {
        foreach (string name in Names)
        {
            if (reader.ValueTextEquals(name))
            {
                return name;
            }
        }

        return "";
    }

    private static string Text(ref Utf8JsonReader reader, string property) => reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Wrong(property);

    private static JsonException Wrong(string property) => new($"'{property}' is missing or wrong");
}

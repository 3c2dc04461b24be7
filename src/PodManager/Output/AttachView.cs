using System.Text.Json.Serialization;

namespace PodManager.Output;

/// <summary>What `attach --mode=list` prints. The shape is a promise: names and meanings stay, fields may be added.</summary>
internal sealed record AttachView(int Version, IReadOnlyList<AttachTargetView> Targets)
{
    private const int CurrentVersion = 1;

    public static AttachView Of(IReadOnlyList<string> names) => new(CurrentVersion, [.. names.Select(static name => new AttachTargetView(name))]);
}

/// <summary>Something to attach to; its name is a word of `--mode`.</summary>
internal sealed record AttachTargetView(string Name);

/// <summary>The list's JSON form, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AttachView))]
internal sealed partial class AttachJson : JsonSerializerContext;

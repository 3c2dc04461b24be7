using System.Text.Json.Serialization;

namespace Common.Contract;

/// <summary>The credentials of a pod's apps on their way to Stage1, as JSON in memory that has no name: never in a plan, which lies in the pod's directory.</summary>
/// <param name="Secrets">All of them.</param>
internal sealed record AppSecrets(IReadOnlyList<AppSecret> Secrets)
{
    /// <summary>Where an app's are in the pod's own root, for systemd's LoadCredential=.</summary>
    public static string DirectoryOf(string app) => $"/.credentials/{app}";
}

/// <summary>One credential.</summary>
/// <param name="App">Whose.</param>
/// <param name="Name">Its name.</param>
/// <param name="Content">What it is.</param>
internal sealed record AppSecret(string App, string Name, byte[] Content);

/// <summary>Its JSON form, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AppSecrets))]
internal sealed partial class SecretsJson : JsonSerializerContext;

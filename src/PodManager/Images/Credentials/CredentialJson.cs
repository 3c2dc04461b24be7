using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PodManager.Images.Credentials;

/// <summary>How files and programs with logins are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuthFile))]
[JsonSerializable(typeof(DockerAuthFile))]
[JsonSerializable(typeof(HelperAnswer))]
internal sealed partial class CredentialJson : JsonSerializerContext
{
    /// <summary>Reads a file with secrets.</summary>
    /// <exception cref="PodctlException">It is damaged; says where, and quotes nothing of it.</exception>
    public static T Parse<T>(byte[] content, JsonTypeInfo<T> type, string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw Damaged(path, "it is null");
        }
        catch (JsonException damaged)
        {
            // Neither its words nor the exception itself: they may quote the file.
            throw Damaged(path, $"line {damaged.LineNumber + 1}, column {damaged.BytePositionInLine + 1}: this is not the JSON that is expected");
        }
    }

    private static PodctlException Damaged(string path, string problem) =>
        new(ExitCode.Usage, $"cannot read '{path}': {problem}", "`podctl login` writes files that can be read, once this one is out of the way");
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Credentials;

/// <summary>Changes an auth.json in one step, and keeps everything in it that podctl does not know.</summary>
internal static class CredentialWriter
{
    private const uint PrivateFile = 0x180; // 0600
    private const uint PrivateDirectory = 0x1c0; // 0700
    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives a registry or a namespace of one a login.</summary>
    /// <param name="path">The file; made if it does not exist.</param>
    /// <param name="name">As <see cref="CredentialKey.Normalize"/> has it.</param>
    /// <param name="login">A user and a password.</param>
    public static void Add(string path, string name, Credential login) => Change(path, root =>
    {
        if (root["auths"] is not JsonObject auths)
        {
            root["auths"] = auths = [];
        }

        // Docker's own spelling of a name stays, so that Docker goes on finding it.
        string key = KeysOf(auths, name).FirstOrDefault(name);
        _ = auths.Remove(key);
        JsonObject entry = [];
        if (login.IdentityToken is { } token)
        {
            entry["identitytoken"] = token;
        }
        else
        {
            entry["auth"] = login.Basic;
        }

        auths[key] = entry;
        return true;
    });

    /// <returns>Whether there was a login.</returns>
    public static bool Remove(string path, string name) => File.Exists(path) && Change(path, root =>
    {
        List<string> keys = root["auths"] is JsonObject auths ? [.. KeysOf(auths, name)] : [];
        keys.ForEach(key => ((JsonObject)root["auths"]!).Remove(key));
        return keys.Count > 0;
    });

    private static IEnumerable<string> KeysOf(JsonObject auths, string name) => auths.Select(static entry => entry.Key).Where(key => CredentialKey.Normalize(key) == name);

    private static bool Change(string path, Func<JsonObject, bool> change)
    {
        try
        {
            // A link stays one.
            string file = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            string directory = Path.GetDirectoryName(file)!;
            MakeDirectory(directory);

            // Of two that change it at the same time, neither's change is lost.
            using Fd guard = Files.Open(directory, O_RDONLY | O_DIRECTORY);
            Files.Lock(guard, exclusive: true);
            JsonObject root = Read(file);
            if (!change(root))
            {
                return false;
            }

            using MemoryStream content = new();
            using (Utf8JsonWriter writer = new(content, Format))
            {
                root.WriteTo(writer);
            }

            content.WriteByte((byte)'\n');
            Files.Replace(file, content.ToArray(), PrivateFile);
            return true;
        }
        catch (Exception failure) when (failure is NativeException or IOException or UnauthorizedAccessException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot write '{path}'", "`--authfile` keeps the login elsewhere", failure);
        }
    }

    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
            _ = Files.MakeDirectory(directory: null, path, PrivateDirectory);
        }
    }

    private static JsonObject Read(string path)
    {
        byte[] content = SecretFile.Read(path, out _) ?? [];
        if (content.All(static c => char.IsWhiteSpace((char)c)))
        {
            return [];
        }

        _ = CredentialJson.Parse(content, CredentialJson.Default.AuthFile, path);
        return (JsonObject)JsonNode.Parse(content)!;
    }
}

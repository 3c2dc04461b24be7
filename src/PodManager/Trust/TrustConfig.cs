using System.Text.Json;

namespace PodManager.Trust;

/// <summary>The administrator's file that says by which rules images are trusted, if not by podctl's own keys.</summary>
internal sealed record TrustConfig
{
    private const int LimitBytes = 64 * 1024;

    public string? RktKind { get; init; }

    public string? RktVersion { get; init; }

    /// <summary>A file as in containers-policy.json(5); null for the trusted keys.</summary>
    public string? Policy { get; init; }

    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="PodctlException">It is not valid, and says nothing that could be relied on.</exception>
    public static TrustConfig? Read(string path)
    {
        _ = TrustFiles.CheckDirectory(Path.GetDirectoryName(path)!);
        if (TrustFiles.Read(path, LimitBytes) is not { } content)
        {
            return null;
        }

        try
        {
            TrustConfig? config = JsonSerializer.Deserialize(content, TrustConfigJson.Default.TrustConfig);
            return config switch
            {
                not { RktKind: "trust", RktVersion: "v1" } => throw Refused(path, "it must have \"rktKind\": \"trust\" and \"rktVersion\": \"v1\""),
                { Policy: { } policy } when !Path.IsPathRooted(policy) => throw Refused(path, $"'{policy}' is no absolute path"),
                _ => config,
            };
        }
        catch (JsonException damaged)
        {
            throw Refused(path, $"it is not valid at line {damaged.LineNumber + 1}, byte {damaged.BytePositionInLine + 1}");
        }
    }

    private static PodctlException Refused(string path, string why, Exception? cause = null) =>
        new(ExitCode.NotPermitted, $"cannot say who is trusted: '{path}': {why}", "podctl(1), TRUST, has an example", cause);
}

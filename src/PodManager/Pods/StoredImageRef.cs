namespace PodManager.Pods;

/// <summary>The id of a stored image, or the beginning of one: `sha256:6089…` or `sha256-6089…`.</summary>
internal sealed record StoredImageRef : ImageRef
{
    private const int MinimumDigits = 2;

    private StoredImageRef(string algorithm, string hexPrefix)
    {
        Algorithm = algorithm;
        HexPrefix = hexPrefix;
    }

    public string Algorithm { get; }

    public string HexPrefix { get; }

    public override string Name => $"{Algorithm}:{HexPrefix}";

    public bool Matches(Digest id) => id.Algorithm == Algorithm && id.Hex.StartsWith(HexPrefix, StringComparison.Ordinal);

    /// <summary>Whether the text can only be an id. No algorithm's name is taken for a repository's.</summary>
    internal static bool IsId(string text) =>
        text.Length > 6 && text[6] is ':' or '-' && text[..6] is "sha256" or "sha512" && !text.Contains('/', StringComparison.Ordinal);

    internal static string? Read(string text, out ImageRef? reference, out string? hint)
    {
        reference = null;
        hint = null;
        string algorithm = text[..6];
        string digits = text[7..];
        if (digits.Length < MinimumDigits)
        {
            hint = $"give at least {MinimumDigits} digits of the id";
            return "image ID too short";
        }

        if (!digits.All(char.IsAsciiHexDigit))
        {
            hint = "`podctl image list --full` shows whole ids";
            return "an image id has only hexadecimal digits";
        }

        if (digits.Length > (algorithm == "sha256" ? 64 : 128))
        {
            return "image ID too long";
        }

        reference = new StoredImageRef(algorithm, digits.ToLowerInvariant());
        return null;
    }
}

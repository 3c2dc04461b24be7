using System.Diagnostics.CodeAnalysis;

namespace PodManager.Pods;

/// <summary>An app's name inside its pod: lower-case letters, digits and dashes, no dash at either end. Safe in paths and unit names.</summary>
internal readonly record struct AppName
{
    private const int MaxLength = 63;

    private readonly string? _value;

    private AppName(string value) => _value = value;

    public static bool TryParse(string text, [NotNullWhen(true)] out AppName? name)
    {
        bool isValid = text.Length is > 0 and <= MaxLength && text[0] != '-' && text[^1] != '-'
            && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && !IsTaken(text);
        name = isValid ? new AppName(text) : null;
        return isValid;
    }

    /// <summary>The name that an app gets from its image: the last component of the image's name, without tag and digest, made valid.</summary>
    public static AppName FromImage(string imageName)
    {
        string text = imageName[(imageName.LastIndexOf('/') + 1)..];
        int end = text.IndexOfAny(['@', ':']);
        text = end < 0 ? text : text[..end];
        string valid = new([.. text.ToLowerInvariant().Select(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')]);
        valid = valid[..Math.Min(valid.Length, MaxLength)].Trim('-');
        return new AppName(valid.Length == 0 || IsTaken(valid) ? "app" : valid);
    }

    // The pod's own services, and those that belong to another app.
    private static bool IsTaken(string text) =>
        text.StartsWith("systemd-", StringComparison.Ordinal) || text is "pod-end" or "pod-network" || text.EndsWith("-output", StringComparison.Ordinal) || text.EndsWith("-health", StringComparison.Ordinal);

    public override string ToString() => _value ?? "";
}

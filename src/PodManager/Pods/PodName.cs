using System.Diagnostics.CodeAnalysis;

namespace PodManager.Pods;

/// <summary>A name that the user gives a pod, unique among the pods of a data directory: letters, digits, `_`, `.` and `-`, a letter or digit first. Safe in paths.</summary>
internal readonly record struct PodName
{
    private const int MaxLength = 63;
    private const string MachinePrefix = "rkt-";

    private readonly string? _value;

    private PodName(string value) => _value = value;

    public static bool TryParse(string text, [NotNullWhen(true)] out PodName? name)
    {
        // What could be meant as a UUID, or the beginning of one, names no pod but that one.
        bool isValid = text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0])
            && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            && !text.All(static c => char.IsAsciiHexDigit(c) || c == '-')
            && !text.StartsWith(MachinePrefix, StringComparison.OrdinalIgnoreCase);
        name = isValid ? new PodName(text) : null;
        return isValid;
    }

    public override string ToString() => _value ?? "";
}

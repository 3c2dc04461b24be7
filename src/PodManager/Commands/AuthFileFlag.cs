namespace PodManager.Commands;

/// <summary>`--authfile`.</summary>
internal static class AuthFileFlag
{
    public static Flag<string?> Create() =>
        Flags.One<string?>("--authfile", "FILE", "where logins for registries are, instead of the usual places", Read, null);

    /// <summary>What is wrong with a file that is to be there already.</summary>
    public static string? FaultOf(string? path) => path is null || File.Exists(path) ? null : $"--authfile: '{path}' does not exist";

    private static string? Read(string text, out string? value)
    {
        value = Path.GetFullPath(text);
        return null;
    }
}

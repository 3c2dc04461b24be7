using System.Text;
using System.Text.Json.Serialization;
using Tomlyn;
using Tomlyn.Serialization;

namespace PodManager.Images.Configuration;

/// <summary>How registries.conf is read.</summary>
[TomlSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[TomlSerializable(typeof(TomlRegistries))]
internal sealed partial class RegistriesToml : TomlSerializerContext
{
    /// <exception cref="PodctlException">The file is damaged; says where.</exception>
    public static TomlRegistries Parse(byte[] content, string path)
    {
        try
        {
            TomlRegistries file = TomlSerializer.Deserialize(Encoding.UTF8.GetString(content), Default.TomlRegistries) ?? new TomlRegistries();
            return file.Registries is null ? file : throw new PodctlException(
                ExitCode.Usage, $"cannot read '{path}': it has version 1 of its format", "containers-registries.conf(5) describes version 2, with [[registry]] tables");
        }
        catch (TomlException damaged)
        {
            string place = damaged.Line is null ? "" : $"line {damaged.Line}, column {damaged.Column}: ";
            throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': {place}{Reason(damaged)}");
        }
        catch (ArgumentOutOfRangeException damaged)
        {
            // Of a file that ends within an escape (`"\u00`) the parser wants to quote a character that is none.
            throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': it ends in the middle of a character", cause: damaged);
        }
    }

    // The exception's own message repeats the place, and may have several lines.
    private static string Reason(TomlException damaged)
    {
        string text = damaged.Diagnostics is { Count: > 0 } all ? all[0].Message : damaged.Message;
        text = text.Split('\n')[0].Trim().TrimEnd('.');

        // Of a value of the wrong type, the reason stands behind words about the parser's own classes.
        const string mark = "Reason: ";
        int reason = text.LastIndexOf(mark, StringComparison.Ordinal);
        return reason < 0 ? text : text[(reason + mark.Length)..].TrimStart('(', ')', ',', ':', ' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    }
}

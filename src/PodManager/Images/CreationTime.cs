using System.Globalization;
using System.Text.Json;
using PodManager.Lifecycle;

namespace PodManager.Images;

/// <summary>When an image was made, as its configuration has it.</summary>
internal static class CreationTime
{
    /// <param name="configuration">Well-formed, as it has been fetched; of what types its members are, nobody has checked.</param>
    /// <returns>Null if it does not say.</returns>
    public static DateTimeOffset? Of(ImageDocument configuration)
    {
        using JsonDocument document = JsonDocument.Parse(configuration.Content);
        return DocumentText.Of(document.RootElement, "created") is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
                ? time
                : null;
    }
}

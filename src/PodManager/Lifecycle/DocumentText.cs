using System.Text.Json;

namespace PodManager.Lifecycle;

/// <summary>Reads members of JSON objects that others have written, of whose types nobody can be sure.</summary>
internal static class DocumentText
{
    /// <returns>Null if there is no such member, or none that is text.</returns>
    public static string? Of(JsonElement element, string name)
    {
        try
        {
            return element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a character (\ud800), which JSON can spell and text cannot hold
        }
    }
}

using System.Text.Json;

namespace PodManager.Images;

/// <summary>Checks what the serializer does not: a null among a list's elements, which no reader of the list reckons with.</summary>
internal static class JsonLists
{
    /// <exception cref="JsonException">There is one.</exception>
    public static IReadOnlyList<T>? WithoutNulls<T>(IReadOnlyList<T>? list) => list is null || !list.Any(static element => element is null) ? list : throw Damaged();

    /// <exception cref="JsonException">There is one.</exception>
    public static Dictionary<string, T>? WithoutNulls<T>(Dictionary<string, T>? members) =>
        members is null || !members.Any(static member => member.Value is null) ? members : throw Damaged();

    private static JsonException Damaged() => new("an element of a list is null");
}

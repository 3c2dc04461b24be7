namespace PodManager.Tests.Images.Registry;

/// <summary>A request as it came.</summary>
internal sealed record TestRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string Method { get; init; } = "GET";

    /// <summary>A form's content.</summary>
    public string Body { get; init; } = "";

    public string? Authorization => Headers.GetValueOrDefault("authorization");

    /// <summary>The first byte that is wanted.</summary>
    public int Offset => Headers.TryGetValue("range", out string? range) ? int.Parse(range["bytes=".Length..^1]) : 0;
}

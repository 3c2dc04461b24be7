namespace PodManager.Tests.Images.Registry;

/// <summary>A request as it came.</summary>
internal sealed record TestRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Authorization => Headers.GetValueOrDefault("authorization");

    /// <summary>The first byte that is wanted.</summary>
    public int Offset => Headers.TryGetValue("range", out string? range) ? int.Parse(range["bytes=".Length..^1]) : 0;
}

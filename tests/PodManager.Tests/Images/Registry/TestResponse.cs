namespace PodManager.Tests.Images.Registry;

/// <summary>What the registry is to answer.</summary>
internal sealed record TestResponse(int Status)
{
    public byte[] Body { get; init; } = [];

    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The connection is cut after so many bytes of the body.</summary>
    public int CutAfter { get; init; } = int.MaxValue;
}

namespace PodManager.Images.Registry;

/// <summary>One reason why a registry refuses.</summary>
internal sealed record RegistryError
{
    public string? Code { get; init; }

    public string? Message { get; init; }
}

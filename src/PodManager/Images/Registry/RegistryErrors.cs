namespace PodManager.Images.Registry;

/// <summary>The body of a registry's refusal (distribution-spec, error codes).</summary>
internal sealed record RegistryErrors
{
    public IReadOnlyList<RegistryError>? Errors { get; init; }
}

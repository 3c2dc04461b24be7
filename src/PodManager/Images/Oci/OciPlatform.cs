namespace PodManager.Images.Oci;

/// <summary>What an image runs on (OCI image-spec, image-index.md).</summary>
internal sealed record OciPlatform
{
    public string? Architecture { get; init; }

    public string? Os { get; init; }

    public string? Variant { get; init; }

    public override string ToString() => $"{Os ?? "?"}/{Architecture ?? "?"}{(string.IsNullOrEmpty(Variant) ? "" : "/")}{Variant}";
}

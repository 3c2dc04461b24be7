using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace PodManager.Images.Oci;

/// <summary>Which images this machine runs.</summary>
internal sealed class HostPlatform
{
    private readonly string _architecture;
    private readonly string[] _variants;

    /// <param name="architecture">As Go names it: amd64, arm64.</param>
    /// <param name="variants">The variants that run here, the most fitting first; the empty one stands for "not said".</param>
    public HostPlatform(string architecture, params string[] variants)
    {
        _architecture = architecture;
        _variants = variants;
    }

    public static HostPlatform Current => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => new HostPlatform("amd64", ["", "v1", .. Sse42.IsSupported ? ["v2"] : Array.Empty<string>(), .. Avx2.IsSupported ? ["v3"] : Array.Empty<string>()]),
        Architecture.Arm64 => new HostPlatform("arm64", "", "v8"),
        Architecture other => new HostPlatform(other.ToString().ToLowerInvariant(), ""),
    };

    /// <summary>As Go names it.</summary>
    public string ArchitectureName => _architecture;

    public bool Runs(OciPlatform platform) => RankOf(platform) >= 0;

    /// <returns>The best of an index's manifests; null if none fits.</returns>
    public OciDescriptor? Choose(IEnumerable<OciDescriptor> manifests) => manifests
        .Where(manifest => manifest.Platform is not null && Runs(manifest.Platform))
        .MinBy(manifest => RankOf(manifest.Platform!));

    public override string ToString() => $"linux/{_architecture}";

    private int RankOf(OciPlatform platform) =>
        platform.Os == "linux" && platform.Architecture == _architecture ? Array.IndexOf(_variants, platform.Variant ?? "") : -1;
}

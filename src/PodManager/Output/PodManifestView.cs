using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PodManager.Output;

/// <summary>A pod's manifest as `cat-manifest` prints it, podctl-pod(5). What is left out has its default.</summary>
internal sealed record PodManifestView
{
    public required int Version { get; init; }

    public string? Name { get; init; }

    /// <summary>`false`, or a range as text.</summary>
    public JsonNode? PrivateUsers { get; init; }

    public long? Memory { get; init; }

    public string? Cpu { get; init; }

    public long? CpuShares { get; init; }

    public long? PidsLimit { get; init; }

    public long? IoWeight { get; init; }

    public IReadOnlyList<DiskManifestView>? IoLimits { get; init; }

    public IReadOnlyList<VolumeManifestView>? Volumes { get; init; }

    public required IReadOnlyList<AppManifestView> Apps { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }
}

/// <summary>A volume in a pod's manifest.</summary>
internal sealed record VolumeManifestView
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    public string? Source { get; init; }

    public bool? ReadOnly { get; init; }

    public bool? Recursive { get; init; }

    public bool? Idmap { get; init; }

    public string? Mode { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }
}

/// <summary>An app in a pod's manifest.</summary>
internal sealed record AppManifestView
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    public required string ImageId { get; init; }

    public required IReadOnlyList<string> Exec { get; init; }

    public required string User { get; init; }

    public required string Group { get; init; }

    public required IReadOnlyList<uint> SupplementaryGids { get; init; }

    public required string WorkingDirectory { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public IReadOnlyList<MountView>? Mounts { get; init; }

    public IReadOnlyList<string>? After { get; init; }

    public string? Restart { get; init; }

    /// <summary>Names, and the host's files that they come from.</summary>
    public IReadOnlyDictionary<string, string>? Credentials { get; init; }

    public bool? Notify { get; init; }

    public HealthManifestView? Health { get; init; }

    public string? Stdin { get; init; }

    public string? Stdout { get; init; }

    public string? Stderr { get; init; }

    public bool? ReadOnlyRoot { get; init; }

    public bool? NoNewPrivileges { get; init; }

    public CapabilitiesManifestView? Capabilities { get; init; }

    public SeccompManifestView? Seccomp { get; init; }

    public long? Memory { get; init; }

    public string? Cpu { get; init; }

    public int? CpuShares { get; init; }

    public long? PidsLimit { get; init; }

    public int? IoWeight { get; init; }

    public IReadOnlyDictionary<string, string>? Ulimits { get; init; }

    public int? OomScoreAdjust { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserAnnotations { get; init; }

    public IReadOnlyDictionary<string, string>? UserLabels { get; init; }
}

/// <summary>A limit of a disk in a pod's manifest.</summary>
internal sealed record DiskManifestView(string Path, string? Read, string? Write, string? ReadIops, string? WriteIops);

/// <summary>An app's health check in a pod's manifest; `none` as its command is that it has none.</summary>
internal sealed record HealthManifestView(
    string? Cmd, IReadOnlyList<string>? Exec = null, string? Interval = null, string? Timeout = null, int? Retries = null, string? StartPeriod = null, string? StartInterval = null, string? OnFailure = null);

/// <summary>An app's capabilities in a pod's manifest.</summary>
internal sealed record CapabilitiesManifestView(IReadOnlyList<string> Retain);

/// <summary>An app's filter of system calls in a pod's manifest.</summary>
internal sealed record SeccompManifestView(string Mode, string? Errno, IReadOnlyList<string> Calls, bool? Exact = null, bool? Native = null);

/// <summary>Pods' manifests, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PodManifestView))]
internal sealed partial class ManifestJson : JsonSerializerContext;

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What a pod is to be: what `run` and `prepare` have in common.</summary>
internal sealed record PodOptions
{
    /// <summary>A pod whose apps come later (`app sandbox`).</summary>
    public bool IsSandbox { get; init; }

    /// <summary>In the order of the command line; at least one, or none for a sandbox.</summary>
    public required IReadOnlyList<AppOptions> Apps { get; init; }

    /// <summary>`--name` before the first image.</summary>
    public PodName? Name { get; init; }

    /// <summary>`--volume`.</summary>
    public IReadOnlyList<PodVolume> Volumes { get; init; } = [];

    /// <summary>`--port`.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    /// <summary>Of the pod as a whole.</summary>
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>For all apps, `KEY=VALUE`: `--inherit-env`, which the images' own variables beat.</summary>
    public IReadOnlyList<string> InheritedEnvironment { get; init; } = [];

    /// <summary>For all apps, `KEY=VALUE`: `--set-env-file` and then `--set-env`, which beat the images'.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>`--private-users`.</summary>
    public PodUsers PrivateUsers { get; init; } = PodUsers.Pick;

    public PullPolicy PullPolicy { get; init; } = PullPolicy.New;

    /// <summary>`--authfile`, absolute.</summary>
    public string? AuthFile { get; init; }

    public InsecureOptions InsecureOptions { get; init; }

    /// <summary>`--annotation`, `--user-annotation` and `--user-label` before the first image.</summary>
    public Notes? Notes { get; init; }
}

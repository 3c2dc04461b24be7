using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>What the flags say that every verb takes.</summary>
internal sealed record Settings
{
    public const string DefaultDirectory = "/var/lib/podctl";

    public const string DefaultLocalConfig = "/etc/podctl";

    public const string DefaultSystemConfig = "/usr/lib/podctl";

    /// <summary>Where images and pods are kept; absolute.</summary>
    public string Directory { get; init; } = DefaultDirectory;

    /// <summary>Where the administrator's configuration is.</summary>
    public string LocalConfig { get; init; } = DefaultLocalConfig;

    /// <summary>Where the distribution's configuration is.</summary>
    public string SystemConfig { get; init; } = DefaultSystemConfig;

    public bool Debug { get; init; }

    /// <summary>How progress is shown.</summary>
    public ProgressFormat Progress { get; init; }

    public InsecureOptions InsecureOptions { get; init; }
}

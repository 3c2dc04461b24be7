using System.Net;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What `podctl run` was asked for, parsed and checked as far as that is possible without the image.</summary>
internal sealed record RunOptions
{
    /// <summary>As the user wrote it.</summary>
    public required string Image { get; init; }

    /// <summary>After `--`: they follow the image's entry point and replace its command. Null if there was no `--`.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>`--exec`: replaces entry point and command.</summary>
    public string? Exec { get; init; }

    /// <summary>`--name` after the image.</summary>
    public AppName? AppName { get; init; }

    /// <summary>`--user`: name, number or the path of a file whose owner is meant.</summary>
    public string? User { get; init; }

    /// <summary>`--group`, likewise.</summary>
    public string? Group { get; init; }

    /// <summary>`--working-dir`, absolute.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>`--volume`.</summary>
    public IReadOnlyList<PodVolume> Volumes { get; init; } = [];

    /// <summary>`--mount`: each volume is there, and what is mounted above comes before what is below.</summary>
    public IReadOnlyList<VolumeMount> Mounts { get; init; } = [];

    /// <summary>`--supplementary-gids`: instead of the image's; null to keep those.</summary>
    public IReadOnlyList<uint>? SupplementaryGids { get; init; }

    /// <summary>What is asked for the app; without capabilities and system calls where nothing is.</summary>
    public AppIsolation Isolation { get; init; } = new();

    /// <summary>`--seccomp` is given: <see cref="Isolation"/> says which system calls are left, null being all.</summary>
    public bool HasSystemCallOption { get; init; }

    /// <summary>`--environment`, for this app: `KEY=VALUE`.</summary>
    public IReadOnlyList<string> AppEnvironment { get; init; } = [];

    /// <summary>`--set-env`, for all apps: `KEY=VALUE`.</summary>
    public IReadOnlyList<string> PodEnvironment { get; init; } = [];

    public required RunMode Mode { get; init; }

    /// <summary>Null for the generated name.</summary>
    public string? HostName { get; init; }

    public NetworkMode Network { get; init; }

    /// <summary>False for `--private-users=no`.</summary>
    public bool PrivateUsers { get; init; } = true;

    public PullPolicy PullPolicy { get; init; } = PullPolicy.New;

    /// <summary>`--authfile`, absolute.</summary>
    public string? AuthFile { get; init; }

    public InsecureOptions InsecureOptions { get; init; }

    public DnsOptions Dns { get; init; } = new();

    /// <summary>`--hosts-entry`: address and name.</summary>
    public IReadOnlyList<(IPAddress Address, string Name)> HostsEntries { get; init; } = [];

    /// <summary>`--hosts-entry=host`: the host's own file.</summary>
    public bool UseHostsFileOfHost { get; init; }

    /// <summary>`--uuid-file-save`.</summary>
    public string? UuidFile { get; init; }

    /// <summary>`--rm`: the pod is removed once it has ended.</summary>
    public bool Remove { get; init; }
}

/// <summary>What /etc/resolv.conf is to say (`--dns…`).</summary>
internal sealed record DnsOptions
{
    /// <summary>`--dns=host`: the host's own file.</summary>
    public bool UseHostFile { get; init; }

    public IReadOnlyList<IPAddress> Servers { get; init; } = [];

    public IReadOnlyList<string> Search { get; init; } = [];

    public IReadOnlyList<string> Options { get; init; } = [];

    public string? Domain { get; init; }

    /// <summary>Whether a file is to be generated.</summary>
    public bool IsGenerated => Servers.Count + Search.Count + Options.Count > 0 || Domain is not null;
}

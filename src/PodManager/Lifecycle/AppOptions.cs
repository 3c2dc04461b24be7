using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>What one app of a pod is to be: an image and the flags that follow it.</summary>
internal sealed record AppOptions
{
    /// <summary>As the user wrote it.</summary>
    public required string Image { get; init; }

    /// <summary>After `--`: they follow the image's entry point and replace its command. Null if there was no `--`.</summary>
    public IReadOnlyList<string>? Arguments { get; init; }

    /// <summary>`--exec`: replaces entry point and command.</summary>
    public string? Exec { get; init; }

    /// <summary>`--name` after the image.</summary>
    public AppName? Name { get; init; }

    /// <summary>`--user`: name, number or the path of a file whose owner is meant.</summary>
    public string? User { get; init; }

    /// <summary>`--group`, likewise.</summary>
    public string? Group { get; init; }

    /// <summary>`--working-dir`, absolute.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>`--mount`: each volume is there, and what is mounted above comes before what is below.</summary>
    public IReadOnlyList<VolumeMount> Mounts { get; init; } = [];

    /// <summary>`--supplementary-gids`: instead of the image's; null to keep those.</summary>
    public IReadOnlyList<uint>? SupplementaryGids { get; init; }

    /// <summary>What is asked for the app; without capabilities and system calls where nothing is.</summary>
    public AppIsolation Isolation { get; init; } = new();

    /// <summary>`--seccomp` is given: <see cref="Isolation"/> says which system calls are left, null being all.</summary>
    public bool HasSystemCallOption { get; init; }

    /// <summary>`--no-new-privs=no`: not even if the image asks for it.</summary>
    public bool MayGainPrivileges { get; init; }

    /// <summary>`--environment`: `KEY=VALUE`.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>`--after`: apps that must be up before this one is started.</summary>
    public IReadOnlyList<AppName> After { get; init; } = [];

    /// <summary>`--credential`: at most one of a name.</summary>
    public IReadOnlyList<AppCredential> Credentials { get; init; } = [];

    /// <summary>`--restart`.</summary>
    public RestartPolicy Restart { get; init; }

    /// <summary>`--notify`; null to do as the image says.</summary>
    public bool? Notify { get; init; }

    /// <summary>`--health-…`.</summary>
    public HealthOptions Health { get; init; } = new();

    /// <summary>`--stdin`, `--stdout` and `--stderr`.</summary>
    public StreamModes Streams { get; init; } = StreamModes.Default;

    /// <summary>`--annotation`, `--user-annotation` and `--user-label`.</summary>
    public Notes? Notes { get; init; }

    /// <summary>What the image must be, whatever its name means by now; null for anything. A pod manifest says it.</summary>
    public Digest? ImageId { get; init; }
}

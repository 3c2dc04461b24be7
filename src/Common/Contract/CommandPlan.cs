namespace Common.Contract;

/// <summary>What podctl hands to Stage1 for a command in a running app: everything decided, as JSON in a file that only they see.</summary>
internal sealed record CommandPlan
{
    /// <summary>The version this build writes and accepts.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    /// <summary>The command line. A program without a slash is looked for in PATH of <see cref="Environment"/>, as execvp(3) does.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>`KEY=VALUE`; exactly these.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Absolute, in the app's root.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The pod has a user namespace to join.</summary>
    public bool HasUsers { get; init; }

    /// <summary>Standard input is a terminal, to become the controlling one.</summary>
    public bool HasTerminal { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public IReadOnlyList<uint> SupplementaryGids { get; init; } = [];

    /// <summary>Capabilities, by number, that the command may not have.</summary>
    public IReadOnlyList<int> DroppedCapabilities { get; init; } = [];

    public bool NoNewPrivileges { get; init; }

    /// <summary>Filters of system calls, each a program of classic BPF (seccomp(2)).</summary>
    public IReadOnlyList<byte[]> CallFilters { get; init; } = [];

    /// <summary>Resource limits, those of the app.</summary>
    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>proc_pid_oom_score_adj(5), that of the app; null to leave it.</summary>
    public int? OomScoreAdjustment { get; init; }
}

/// <summary>setrlimit(2).</summary>
/// <param name="Resource">The number, of asm-generic/resource.h.</param>
/// <param name="Soft">All bits for no limit.</param>
/// <param name="Hard">All bits for no limit.</param>
internal sealed record ResourceLimit(int Resource, ulong Soft, ulong Hard);

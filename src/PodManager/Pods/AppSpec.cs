namespace PodManager.Pods;

/// <summary>One app as it will run: nothing is looked up or defaulted any more.</summary>
internal sealed record AppSpec
{
    /// <summary>Lower-case letters, digits and hyphens; unique in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>For people, in systemctl's and journalctl's output.</summary>
    public required string Description { get; init; }

    /// <summary>Absolute path of the program inside the app's root.</summary>
    public required string Program { get; init; }

    /// <summary>The words of the command line, the program's name as it was given first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>`KEY=VALUE`; exactly these, and what systemd cannot be kept from adding.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Absolute, inside the app's root.</summary>
    public required string WorkingDirectory { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public IReadOnlyList<uint> SupplementaryGids { get; init; } = [];

    /// <summary>What asks the app to stop, e.g. `SIGTERM`.</summary>
    public required string StopSignal { get; init; }

    public required AppStreams Streams { get; init; }

    /// <summary>What its streams are in the background.</summary>
    public StreamModes Modes { get; init; } = StreamModes.Default;

    /// <summary>The program that holds them, as the pod sees it; null if nobody has to.</summary>
    public string? StreamProgram { get; init; }

    /// <summary>A service of the pod's holds its streams.</summary>
    public bool HasMux => Streams == AppStreams.Journal && Modes.AreHeld;

    /// <summary>/dev/stdout or /dev/stderr is a fifo that leads to the journal.</summary>
    public bool HasOutputFifo => Streams == AppStreams.Journal && Modes.HasLog;

    /// <summary>Whether there can be input: in the foreground, not if podctl has none itself.</summary>
    public bool HasInput { get; init; } = true;

    public required AppIsolation Isolation { get; init; }

    /// <summary>The names of apps that must be up before this one is started.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    public RestartPolicy Restart { get; init; }

    /// <summary>The names of its credentials.</summary>
    public IReadOnlyList<string> Credentials { get; init; } = [];

    /// <summary>It is up once it says so by sd_notify(3).</summary>
    public bool Notify { get; init; }

    /// <summary>How its health is checked; null if it is not.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>It is started once the pod's networks are there.</summary>
    public bool WaitsForNetwork { get; init; }

    /// <summary>It is added to a pod that runs, is started and stopped by name, and its end is nobody else's.</summary>
    public bool ComesAndGoes { get; init; }

    /// <summary>It may be started later than the pod, or more than once.</summary>
    public bool HasOwnStart => ComesAndGoes || After.Count > 0 || IsStartedAgain;

    /// <summary>Its end may be the way to another run.</summary>
    public bool IsStartedAgain => Restart != RestartPolicy.No || Health?.OnFailure == HealthAction.Restart;

    /// <summary>The pod's systemd knows how to wait longer from one restart to the next (systemd 254).</summary>
    public bool HasRestartSteps { get; init; }
}

/// <summary>Where an app's standard streams lead.</summary>
internal enum AppStreams
{
    /// <summary>Nobody attends the app: its streams are what its <see cref="StreamModes"/> say, by default output to the journal and no input.</summary>
    Journal,

    /// <summary>All three to a podctl in the foreground, by way of fifos; it writes the journal too.</summary>
    Foreground,

    /// <summary>The pod's console, a terminal.</summary>
    Console,
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A command to be run in an app that is running.</summary>
internal sealed record ExecOptions
{
    public required PodId Pod { get; init; }

    /// <summary>Null if the pod has one only.</summary>
    public AppName? App { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Confined as the app is (`exec`), or root without any limit but the pod's own namespaces (`enter`).</summary>
    public bool IsConfined { get; init; } = true;

    /// <summary>`USER[:GROUP]`, looked up in the image; null for the app's own.</summary>
    public string? User { get; init; }

    /// <summary>`KEY=VALUE`, beside the app's own.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Absolute; null for the app's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Standard input is the caller's; else it is empty.</summary>
    public bool HasInput { get; init; } = true;

    /// <summary>A terminal of the pod's, instead of the caller's streams.</summary>
    public bool HasTerminal { get; init; }
}

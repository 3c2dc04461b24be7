using System.Text.Json.Serialization;

namespace Common.Contract;

/// <summary>
/// What podctl hands to Stage1: everything that has to be made for one pod, decided and checked. Stage1 carries it out without deciding anything.
/// Written as JSON into the pod's directory; both programs come from one build, and a version they do not share is refused.
/// </summary>
internal sealed record PodPlan
{
    /// <summary>
    /// The group of the pod's systemd and of what it runs in the pod's own root. No app has it: systemd starts an app with all that it may itself until execve(2), and changes to a working directory that the app has had in its hands.
    /// A link there to /proc/PID/root of these would lead out of the app's root, if the kernel took both for the same user (PTRACE_MODE_READ_FSCREDS, ptrace(2)). systemd does not take this number for a group of a service.
    /// </summary>
    public const uint ManagerGroup = 65535;

    /// <summary>The version this build writes and accepts.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    /// <summary>32 hexadecimal digits, machine-id(5).</summary>
    public required string MachineId { get; init; }

    public required string HostName { get; init; }

    /// <summary>The pod's own user namespace; null for the host's.</summary>
    public IdRange? Users { get; init; }

    /// <summary>The pod stays in the host's network namespace.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>The pod stays in the host's IPC namespace (ipc_namespaces(7)).</summary>
    public bool HostIpc { get; init; }

    /// <summary>Directory on the host where Stage1, in its own mount namespace, builds the pod's root.</summary>
    public required string BuildRoot { get; init; }

    /// <summary>The extracted layers, all below one directory of the host; null if there are no apps.</summary>
    public string? LayersDirectory { get; init; }

    /// <summary>The host's journal directory of this pod, shown inside as /var/log/journal/MACHINE-ID.</summary>
    public required string JournalDirectory { get; init; }

    /// <summary>The host's directory that appears inside as /run/podctl: fifos, the notify socket, statuses.</summary>
    public required string ExchangeDirectory { get; init; }

    /// <summary>The host's terminal device that is the pod's /dev/console; null for none.</summary>
    public string? Console { get; init; }

    /// <summary>The pod ends in order when podctl dies (foreground runs).</summary>
    public bool DieWithParent { get; init; }

    /// <summary>Files of the pod's own root, such as units.</summary>
    public required IReadOnlyList<PlanFile> Files { get; init; }

    public required IReadOnlyList<AppPlan> Apps { get; init; }

    /// <summary>The pod's PID 1 and its arguments.</summary>
    public required IReadOnlyList<string> Init { get; init; }

    /// <summary>Nothing in the pod can make a user namespace (user.max_user_namespaces, user_namespaces(7)), which would give it capabilities and the kernel's rarer code.</summary>
    public bool NoNestedUsers { get; init; }

    /// <summary>Capabilities, by number, that nothing in the pod may have, PID 1 included.</summary>
    public IReadOnlyList<int> DroppedCapabilities { get; init; } = [];

    /// <summary>Limits that apps are to have: PID 1 has at least these, as in the pod nobody can raise one.</summary>
    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Apps have credentials, which come by a descriptor.</summary>
    public bool HasSecrets { get; init; }

    /// <summary>PID 1's environment.</summary>
    public required IReadOnlyList<string> InitEnvironment { get; init; }
}

/// <summary>A range of user and group ids: Base…Base+Count-1 on the host are 0…Count-1 inside.</summary>
internal sealed record IdRange(uint Base, uint Count);

/// <summary>A file to be made.</summary>
/// <param name="Path">Absolute, inside the root it is for; missing directories are made, 0755.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Content">Its text, UTF-8.</param>
internal sealed record PlanFile(string Path, uint Mode, string Content);

/// <summary>One app's root.</summary>
internal sealed record AppPlan
{
    public required string Name { get; init; }

    /// <summary>Names below <see cref="PodPlan.LayersDirectory"/>, lowest first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Overlay's upper and work directories on the host.</summary>
    public required string UpperDirectory { get; init; }

    public required string WorkDirectory { get; init; }

    /// <summary>Made inside the root if missing, as images expect of their working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Generated files that are bound over whatever the image has, such as /etc/hosts.</summary>
    public required IReadOnlyList<PlanFile> BoundFiles { get; init; }

    /// <summary>Files that are only made if the image has none.</summary>
    public required IReadOnlyList<PlanFile> DefaultFiles { get; init; }

    /// <summary>Host files bound read-only, such as the host's resolv.conf.</summary>
    public required IReadOnlyList<BoundHostFile> HostFiles { get; init; }

    /// <summary>No path of /proc and /sys is masked or read-only (`--insecure-options=paths`).</summary>
    public bool UnmaskedPaths { get; init; }

    /// <summary>The app has the console as its terminal.</summary>
    public bool HasConsole { get; init; }

    /// <summary>Which of /dev/stdout and /dev/stderr are a fifo of the pod's, as the app's own stream cannot be opened by name.</summary>
    public IReadOnlyList<string> OutputNames { get; init; } = [];

    /// <summary>The app cannot write to its root, but to <see cref="Volumes"/>, /tmp and what is mounted.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>Volumes, those above before those below.</summary>
    public IReadOnlyList<AppMount> Mounts { get; init; } = [];

    /// <summary>Directories that the image calls volumes.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];
}

/// <summary>Something of the host's that an app sees: a file, a directory or a device.</summary>
internal sealed record AppMount
{
    /// <summary>On the host.</summary>
    public required string Source { get; init; }

    /// <summary>In the app's root, absolute.</summary>
    public required string Target { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>With what is mounted below it.</summary>
    public bool Recursive { get; init; }

    /// <summary>Its owners are mapped by the pod's user namespace.</summary>
    public bool IdMapped { get; init; }
}

/// <summary>A file of the host's that an app sees read-only.</summary>
internal sealed record BoundHostFile(string Source, string Target);

/// <summary>The plans' JSON form, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PodPlan))]
[JsonSerializable(typeof(CommandPlan))]
[JsonSerializable(typeof(AppChange))]
internal sealed partial class PlanJson : JsonSerializerContext;

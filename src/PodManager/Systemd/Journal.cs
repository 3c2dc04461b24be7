using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Systemd;

/// <summary>The host's journal directories, where each pod has one under its machine-id (sd-journal(3)).</summary>
internal sealed class Journal(string dataDirectory) : IJournal
{
    // As journald chooses: the second is used where the first does not exist on a host.
    private static readonly string[] Roots = ["/var/log/journal", "/run/log/journal"];

    public string DirectoryFor(PodId pod) => Path.Combine(Roots.FirstOrDefault(Directory.Exists) ?? Roots[^1], pod.MachineId);

    public IJournalReader? Open(PodId pod) => Roots
        .Select(root => Path.Combine(root, pod.MachineId))
        .Where(Directory.Exists)
        .Select(directory => JournalReader.Open(directory, dataDirectory))
        .FirstOrDefault();
}

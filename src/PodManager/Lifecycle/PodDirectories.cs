using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Paths on the host that belong to one pod.</summary>
/// <param name="Id">The pod.</param>
/// <param name="Pod">Its directory below the data directory.</param>
/// <param name="Journal">Its journal, in the host's journal directory.</param>
internal sealed record PodDirectories(PodId Id, string Pod, string Journal)
{
    /// <summary>Where Stage1 mounts the pod's root, in a mount namespace of its own: the directory itself stays empty.</summary>
    public const string BuildRoot = "/run/podctl/root";

    public string Plan => Path.Combine(Pod, "plan.json");

    public string Exchange => Path.Combine(Pod, Pods.Exchange.OnHost);

    public string Status => Path.Combine(Exchange, Pods.Exchange.StatusDirectory);

    public string Health => Path.Combine(Exchange, Pods.Exchange.HealthDirectory);

    public string Leader => Path.Combine(Pod, "leader");

    public string Upper(string app) => Path.Combine(Pod, "upper", app);

    public string Work(string app) => Path.Combine(Pod, "work", app);

    /// <summary>A volume of the pod's own.</summary>
    public string Volume(string name) => Path.Combine(Pod, "volumes", name);

    public string InExchange(string name) => Path.Combine(Exchange, name);

    /// <summary>The host's view of the pod's cgroup, cgroups(7).</summary>
    public string Cgroup => Id.Cgroup;
}

namespace PodManager.Lifecycle;

/// <summary>The systemd inside a running pod, asked with the host's systemctl(1), which joins the pod for that.</summary>
internal interface IPodSystemd
{
    /// <summary>Runs `systemctl` with these arguments in the pod.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="PodctlException">It failed; the message is its own.</exception>
    string Run(RunningPod pod, string what, IReadOnlyList<string> arguments);
}

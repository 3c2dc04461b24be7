namespace PodManager.Lifecycle;

/// <summary>The systemd inside a running pod, asked with the host's systemctl(1), which joins the pod for that.</summary>
internal interface IPodSystemd
{
    /// <summary>Runs `systemctl` with these arguments in the pod.</summary>
    /// <param name="pod">Where.</param>
    /// <param name="what">What could not be done if it fails.</param>
    /// <param name="arguments">After `systemctl`.</param>
    /// <param name="ct">Ends `systemctl`, and not what it has asked for.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="PodctlException">It failed; the message is its own.</exception>
    string Run(RunningPod pod, string what, IReadOnlyList<string> arguments, CancellationToken ct = default);
}

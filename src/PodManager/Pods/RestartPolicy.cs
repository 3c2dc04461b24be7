namespace PodManager.Pods;

/// <summary>Whether the pod's systemd starts an app again that has ended (systemd.service(5), Restart=).</summary>
internal enum RestartPolicy
{
    No,

    /// <summary>Unless it ended with exit code 0, or by being stopped.</summary>
    OnFailure,

    /// <summary>Unless it was stopped.</summary>
    Always,
}

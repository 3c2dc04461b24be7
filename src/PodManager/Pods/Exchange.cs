namespace PodManager.Pods;

/// <summary>The directory that a pod's systemd and podctl share: `io` in the pod's directory on the host, /run/podctl inside. No app sees it.</summary>
internal static class Exchange
{
    public const string InsidePod = "/run/podctl";

    /// <summary>Its name in the pod's directory.</summary>
    public const string OnHost = "io";

    /// <summary>systemd's sd_notify(3) messages about the pod as a whole come here.</summary>
    public const string NotifySocket = "notify";

    /// <summary>A fifo by which podctl says that the pod's networks are there.</summary>
    public const string Network = "network";

    /// <summary>Statuses, one file an app, written when it has ended.</summary>
    public const string StatusDirectory = "status";

    /// <summary>What the health checks have found, one file an app.</summary>
    public const string HealthDirectory = "health";

    /// <summary>A foreground podctl holds this file's lock until it has read everything the app wrote; the status waits for it.</summary>
    public static string DrainLock(string app) => $"{app}.lock";

    /// <summary>A fifo that tells a podctl in the foreground that the status is written.</summary>
    public static string End(string app) => $"{app}.end";

    public static string Stdin(string app) => $"{app}.stdin";

    public static string Stdout(string app) => $"{app}.stdout";

    public static string Stderr(string app) => $"{app}.stderr";
}

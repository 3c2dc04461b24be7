using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Tells the service that podctl runs in, if it is of Type=notify, how the pod is (sd_notify(3)).</summary>
internal static class ServiceNotification
{
    /// <summary>The pod's apps are up.</summary>
    public static void Ready(PodId pod)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 })
        {
            _ = LibSystemd.Notify(0, $"READY=1\nSTATUS=Pod {pod} runs"); // best effort: the manager has a time-out of its own
        }
    }
}

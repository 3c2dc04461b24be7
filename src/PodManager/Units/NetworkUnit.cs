using PodManager.Pods;

namespace PodManager.Units;

/// <summary>The service that apps wait for while podctl connects their pod, for which systemd in the pod does not wait.</summary>
internal static class NetworkUnit
{
    public const string Name = "pod-network.service";

    public const string Text = $"""
        [Unit]
        Description=Networks of the pod
        DefaultDependencies=no
        # process 2 of a pod is its journal
        After=systemd-journald.service
        [Service]
        Type=oneshot
        RemainAfterExit=yes
        # podctl writes a line into this fifo once the networks are there
        ExecStart=/bin/sh -c 'read -r word <{Exchange.InsidePod}/{Exchange.Network}'
        # a podctl that was killed meanwhile will never do so: then the pod ends, as with an app that cannot be started
        TimeoutStartSec=150

        """;
}

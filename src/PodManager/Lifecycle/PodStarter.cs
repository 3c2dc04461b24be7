using System.Globalization;
using Common.Contract;
using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>Takes a pod from its plan to a running systemd: Stage1, scope, machine (DESIGN §1, steps 3 to 6).</summary>
internal sealed class PodStarter(Func<IUnitManager> units, Func<IMachineManager> machines, StartTrace trace)
{
    // What the pod's systemd gives its apps, and some time for itself; then the host's systemd kills.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <summary>SIGWINCH: ignored by everybody but systemd as PID 1, which starts kbrequest.target on it; docs/decisions has why.</summary>
    private const int ScopeStopSignal = 28;

    /// <summary>SIGRTMIN+4: power off in order (systemd(1), signals).</summary>
    public const int PowerOffSignal = 38;

    // For terminals below /dev/pts, the controlling terminal, and VPNs; the pseudo devices are part of the policy `closed`.
    private static readonly (string, string)[] Devices =
        [("char-pts", "rw"), ("/dev/tty", "rw"), ("/dev/ptmx", "rw"), ("/dev/net/tun", "rw")];

    /// <summary>Starts the pod. When this returns its PID 1 is systemd and is on its way to the apps.</summary>
    /// <param name="pod">The pod's directories; the plan is in place.</param>
    /// <param name="description">For the scope; world-readable.</param>
    /// <param name="restrictDevices">Whether the scope's device policy is closed.</param>
    /// <param name="ct">Gives the start up, leaving nothing behind.</param>
    /// <returns>The pod's PID 1.</returns>
    /// <exception cref="PodctlException">The pod did not start; nothing of it runs.</exception>
    public PodLeader Start(PodDirectories pod, string description, bool restrictDevices, CancellationToken ct)
    {
        _ = Directory.CreateDirectory(PodDirectories.BuildRoot);
        (UnixSocket ours, UnixSocket theirs) = UnixSocket.CreatePair();
        using (ours)
        {
            int stage1;
            using (theirs)
            {
                stage1 = Spawn.Start(
                    Stage1Location.Path,
                    ["stage1", Stage1Protocol.BuildVerb, pod.Plan],
                    [],
                    [(theirs.Fd, Stage1Protocol.SocketDescriptor)],
                    [ScopeStopSignal, PowerOffSignal],
                    ownSession: true);
            }

            try
            {
                trace.Mark("stage1 spawned");
                CreateScope(pod, description, stage1, restrictDevices, ct);
                trace.Mark("scope active");
                ours.Send(Stage1Protocol.Go);
                PodLeader leader = AwaitLeader(ours, pod);
                trace.Mark("systemd is PID 1");
                _ = Spawn.Wait(stage1);
                return leader;
            }
            catch
            {
                // Its children end with it: each waits for a word on a socket that is closed now.
                _ = Libc.Kill(stage1, Tmds.Linux.LibC.SIGKILL);
                _ = Spawn.Wait(stage1);
                throw;
            }
        }
    }

    /// <summary>Makes the pod known to machinectl(1) and `journalctl -M`.</summary>
    /// <returns>Why it is not known, or null.</returns>
    public string? Register(PodLeader leader, CancellationToken ct)
    {
        string? problem = machines().Register(leader.Pod, leader.Pid, $"/proc/{leader.Pid}/root").Wait(ct);
        trace.Mark("machine registered");
        return problem;
    }

    private void CreateScope(PodDirectories pod, string description, int stage1, bool restrictDevices, CancellationToken ct)
    {
        ScopeRequest request = new(pod.Id.ScopeName, description, [stage1])
        {
            KillSignal = ScopeStopSignal,
            StopTimeout = StopTimeout,
            DevicePolicy = restrictDevices ? "closed" : null,
            DeviceAllow = restrictDevices ? Devices : [],
            BindsTo = OwnService.Name() is string service ? [service] : [],
        };
        _ = units().StartScope(request).Wait(ct);
    }

    private PodLeader AwaitLeader(UnixSocket stage1, PodDirectories pod)
    {
        while (stage1.Receive() is (string text, _))
        {
            if (text.StartsWith(Stage1Protocol.LeaderPrefix, StringComparison.Ordinal))
            {
                int pid = int.Parse(text.AsSpan(Stage1Protocol.LeaderPrefix.Length), CultureInfo.InvariantCulture);
                return PodLeader.Open(pod.Id, pid);
            }

            if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
            {
                throw new PodctlException(ExitCode.Failed, text[Stage1Protocol.ErrorPrefix.Length..]);
            }

            if (text.StartsWith(Stage1Protocol.TimePrefix, StringComparison.Ordinal))
            {
                trace.Mark($"stage1: {text[Stage1Protocol.TimePrefix.Length..]}");
            }
        }

        throw new PodctlException(ExitCode.Failed, "stage1 ended without a word", $"`{Stage1Location.Path}` must be the one that was built with this podctl");
    }
}

using Common.Contract;
using Common.Native;
using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Takes a pod from its plan to a running systemd: Stage1, scope, machine (DESIGN §1, steps 3 to 6).</summary>
/// <param name="units">The host's service manager.</param>
/// <param name="machines">Where the pod becomes known as a machine.</param>
/// <param name="ownCommand">podctl's program and the settings that it has been given.</param>
/// <param name="trace">Where the time goes.</param>
internal sealed class PodStarter(Func<IUnitManager> units, Func<IMachineManager> machines, IReadOnlyList<string> ownCommand, StartTrace trace)
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

    /// <summary>
    /// Begins to start a pod: Stage1 comes up and systemd makes the scope around it, while the caller writes the plan. To be disposed of; a start that was not finished
    /// by then leaves no process.
    /// </summary>
    /// <param name="pod">The pod's directories.</param>
    /// <param name="description">For the scope; world-readable.</param>
    /// <param name="restrictDevices">Whether the scope's device policy is closed.</param>
    /// <param name="volumes">Those that are devices are allowed.</param>
    /// <param name="limits">The pod's.</param>
    /// <param name="secrets">The credentials of its apps; null if there are none.</param>
    /// <param name="hasNetworks">The pod will have something to give back when it has ended.</param>
    /// <exception cref="PodctlException">systemd cannot be asked, or Stage1 does not start.</exception>
    public StartingPod Begin(PodDirectories pod, string description, bool restrictDevices, IReadOnlyList<PodVolume> volumes, ResourceLimits limits, Fd? secrets, bool hasNetworks)
    {
        _ = Directory.CreateDirectory(PodDirectories.BuildRoot);
        (UnixSocket ours, UnixSocket theirs) = UnixSocket.CreatePair();
        using (theirs)
        {
            int stage1 = Spawn.Start(
                Stage1Location.Path,
                ["stage1", Stage1Protocol.BuildVerb, pod.Plan],
                [],
                secrets is null ? [(theirs.Fd, Stage1Protocol.SocketDescriptor)] : [(theirs.Fd, Stage1Protocol.SocketDescriptor), (secrets, Stage1Protocol.SecretsDescriptor)],
                [ScopeStopSignal, PowerOffSignal],
                ownSession: true);
            trace.Mark("stage1 spawned");
            StartingPod starting = new(pod, stage1, ours, trace);
            try
            {
                starting.Scope = StartScope(pod, description, stage1, restrictDevices, volumes, limits);
                starting.Companion = hasNetworks ? StartCompanion(pod) : null;
                return starting;
            }
            catch
            {
                starting.Dispose();
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

    private IPending<bool> StartScope(PodDirectories pod, string description, int stage1, bool restrictDevices, IReadOnlyList<PodVolume> volumes, ResourceLimits limits) => units().StartScope(
        new ScopeRequest(pod.Id.ScopeName, description, [stage1])
        {
            KillSignal = ScopeStopSignal,
            StopTimeout = StopTimeout,
            DevicePolicy = restrictDevices ? "closed" : null,
            DeviceAllow = restrictDevices ? [.. Devices, .. DeviceVolumes(volumes)] : [],
            Properties = [.. LimitProperties.Of(limits)],
            BindsTo = OwnService.Name() is string service ? [service] : [],
        });

    /// <summary>The name of the service beside a pod that is on networks.</summary>
    public static string CompanionOf(PodId pod) => $"{pod.MachineName}-network.service";

    /// <summary>A service without a process: when the scope has ended, however that came about, systemd has it give back what the plugins have made, and nothing of podctl needs to be there for it.</summary>
    private IPending<bool> StartCompanion(PodDirectories pod) => units().StartService(
        new ServiceRequest(CompanionOf(pod.Id), $"networks of pod {pod.Id}", pod.Id.ScopeName, [.. ownCommand, "network", "release", pod.Id.ToString()]));

    /// <summary>By number: systemd takes only paths below /dev, and the node may be anywhere.</summary>
    public static IEnumerable<(string, string)> DeviceVolumes(IReadOnlyList<PodVolume> volumes) => volumes
        .Select(static volume => (Device: volume.Source is { } source ? Files.DeviceAt(source) : null, Access: volume.IsReadOnly ? "r" : "rw"))
        .Where(static entry => entry.Device is not null)
        .Select(static entry => ($"/dev/{entry.Device}", entry.Access));
}

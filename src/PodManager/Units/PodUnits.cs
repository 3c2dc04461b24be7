using Common.Contract;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>The unit files and settings of a pod's own systemd: as little as runs a journal and the apps.</summary>
internal static class PodUnits
{
    private const uint Readable = 0x1A4;
    private const string UnitDirectory = "/etc/systemd/system";
    private const string ControlDirectory = "/run/systemd/system.control";

    /// <summary>What every app needs: it is stopped once no app is left, and its end is the pod's.</summary>
    public const string AppsTarget = "pod-apps.target";

    /// <summary>In a unit that <see cref="PodEnd"/> does not know of: it is stopped first, then the journal, then the pod ends.</summary>
    public const string StoppedAtTheEnd = "Conflicts=pod-end.service\nBefore=pod-end.service";

    // Each of these is a way in which the pod can be asked to end; all end it in the same order. systemd starts rescue.target when default.target cannot be, as with an app's unit that it does not accept.
    private static readonly string[] EndTargets = ["exit", "poweroff", "halt", "reboot", "shutdown", "kbrequest", "ctrl-alt-del", "rescue"];

    /// <summary>PID 1 of the pod, and its arguments.</summary>
    public static IReadOnlyList<string> Init { get; } =
    [
        "/usr/lib/systemd/systemd", "--system", "--show-status=no", "--log-target=journal", "--log-level=notice", "--crash-reboot=no",
        "--default-standard-output=journal",
    ];

    public static IReadOnlyList<string> InitEnvironment(PodId pod) =>
    [
        "container=podctl",
        $"container_uuid={pod}",
        $"NOTIFY_SOCKET={Exchange.InsidePod}/{Exchange.NotifySocket}",

        // The first is where `systemctl set-property --runtime` leaves what it is told, for a service that is loaded again.
        $"SYSTEMD_UNIT_PATH={ControlDirectory}:{UnitDirectory}",

        // Generators would look for a whole distribution's configuration; the directories named here do not exist.
        "SYSTEMD_GENERATOR_PATH=/run/podctl/none",
        "SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/run/podctl/none",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",

        // Its watch on memory pressure does nothing for a manager this small, and closing it at the end waits 20 ms for an RCU grace period (systemd's MEMORY_PRESSURE document).
        "MEMORY_PRESSURE_WATCH=/dev/null",
    ];

    public static IReadOnlyList<PlanFile> Files(PodId pod, IReadOnlyList<AppSpec> apps, bool hasNetworks = false)
    {
        string appUnits = string.Join(' ', apps.Select(app => AppUnit.NameOf(app.Name)));
        string all = string.Join(' ', [appUnits, .. apps.SelectMany(NamesOf).Except(apps.Select(static app => AppUnit.NameOf(app.Name))), .. hasNetworks ? (string[])[NetworkUnit.Name] : []]);
        List<PlanFile> files =
        [
            new("/etc/machine-id", Readable, $"{pod.MachineId}\n"),
            new("/etc/os-release", Readable, "ID=podctl\nNAME=podctl\nPRETTY_NAME=\"podctl pod\"\n"),
            .. UserFiles(apps),

            // journald opens /var/log/journal from its first line on.
            new("/run/systemd/journal/flushed", Readable, ""),
            new("/etc/systemd/journald.conf.d/zz-podctl.conf", Readable, JournaldSettings),
            Unit("default.target", DefaultTarget(apps, hasNetworks)),
            Unit(AppsTarget, Apps),
            Unit("systemd-journald.socket", JournaldSocket),
            Unit("systemd-journald-dev-log.socket", DevLogSocket),
            Unit("systemd-journald.service", JournaldService),
            Unit("pod-end.service", PodEnd(all)),
        ];
        files.AddRange(EndTargets.Select(target => Unit(
            $"{target}.target", "[Unit]\nDefaultDependencies=no\nRequires=pod-end.service\nAfter=pod-end.service\n")));
        if (hasNetworks)
        {
            files.Add(Unit(NetworkUnit.Name, NetworkUnit.Text));
        }

        files.AddRange(apps.SelectMany(UnitsOf));
        files.AddRange(HealthFiles(apps));
        return files;
    }

    /// <summary>The names of one app's units.</summary>
    public static IEnumerable<string> NamesOf(AppSpec app) =>
    [
        AppUnit.NameOf(app.Name), .. app.HasOutputFifo ? (string[])[OutputFifo.SocketOf(app.Name), OutputFifo.ServiceOf(app.Name)] : [], .. app.HasMux ? (string[])[MuxUnit.NameOf(app.Name)] : [],
        .. HealthUnits.NamesOf(app.Name, app.Health),
    ];

    /// <summary>The units of one app.</summary>
    public static IEnumerable<PlanFile> UnitsOf(AppSpec app)
    {
        yield return Unit(AppUnit.NameOf(app.Name), AppUnit.Text(app));
        string relations = app.ComesAndGoes ? StoppedAtTheEnd : "";
        if (app.HasMux)
        {
            yield return Unit(MuxUnit.NameOf(app.Name), MuxUnit.Text(app, relations));
        }

        if (app.HasOutputFifo)
        {
            yield return Unit(OutputFifo.SocketOf(app.Name), OutputFifo.Socket(app.Name, relations));
            yield return Unit(OutputFifo.ServiceOf(app.Name), OutputFifo.Service(app.Name, relations));
        }

        foreach ((string name, string text) in HealthUnits.Of(app))
        {
            yield return Unit(name, text);
        }
    }

    /// <summary>What the health checks of the apps need in common.</summary>
    public static IEnumerable<PlanFile> HealthFiles(IReadOnlyList<AppSpec> apps) =>
        apps.Any(static app => app.Health is not null) ? [new PlanFile(HealthUnits.ScriptPath, Readable, HealthUnits.Script)] : [];

    /// <summary>The files that list the users and groups of all apps.</summary>
    public static IEnumerable<PlanFile> UserFiles(IReadOnlyList<AppSpec> apps) => [new("/etc/passwd", Readable, Users(apps)), new("/etc/group", Readable, Groups(apps))];

    /// <summary>Where a unit's settings are that were changed while it was there.</summary>
    public static IEnumerable<string> ControlFilesOf(string app) =>
        LimitLines.Names.Select(name => $"{ControlDirectory}/{AppUnit.NameOf(app)}.d/50-{name}.conf");

    // An app that is started again is wanted only: the restart of a unit is one of those that require it too, and starts all else that they require.
    private static string DefaultTarget(IReadOnlyList<AppSpec> apps, bool hasNetworks)
    {
        static string Units(IEnumerable<AppSpec> apps) => string.Join(' ', apps.Select(static app => AppUnit.NameOf(app.Name)));
        string network = hasNetworks ? $"{NetworkUnit.Name} " : "";
        string required = (network + Units(apps.Where(static app => !app.IsStartedAgain))).TrimEnd();
        string wanted = Units(apps.Where(static app => app.IsStartedAgain));
        return $"""
            [Unit]
            DefaultDependencies=no
            Wants={string.Join(' ', ["systemd-journald.service systemd-journald-dev-log.socket", .. wanted.Length > 0 ? (string[])[wanted] : []])}
            {(required.Length > 0 ? $"Requires={required}\n" : "")}After={network}{Units(apps)}

            """;
    }

    /// <summary>systemd starts nothing as a user that it cannot look up, even one given as a number.</summary>
    private static string Users(IReadOnlyList<AppSpec> apps) =>
        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n" + string.Concat(
            apps.Select(static app => app.Uid).Distinct().Where(static uid => uid is not (0 or 65534))
                .Select(static uid => $"user-{uid}:x:{uid}:65534::/:/usr/sbin/nologin\n"));

    private static string Groups(IReadOnlyList<AppSpec> apps) =>
        "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n" + string.Concat(
            apps.SelectMany(static app => app.SupplementaryGids.Prepend(app.Gid)).Distinct().Where(static gid => gid is not (0 or 5 or 65534))
                .Select(static gid => $"group-{gid}:x:{gid}:\n"));

    private static PlanFile Unit(string name, string text) => new(PathOf(name), Readable, text);

    /// <summary>Where a unit's file is, in the pod's root.</summary>
    public static string PathOf(string unit) => $"{UnitDirectory}/{unit}";

    private const string Apps = """
        [Unit]
        Description=Apps of the pod
        DefaultDependencies=no
        StopWhenUnneeded=yes
        SuccessAction=exit

        """;

    // A drop-in with a late name, because distributions ship drop-ins of their own below /usr. Nothing an app says is dropped, split late or forwarded.
    private const string JournaldSettings = """
        [Journal]
        Storage=persistent
        RateLimitIntervalSec=0
        RateLimitBurst=0
        ForwardToSyslog=no
        ForwardToWall=no
        ForwardToConsole=no
        ForwardToKMsg=no
        ReadKMsg=no
        Audit=no

        """;

    private const string JournaldSocket = """
        [Unit]
        DefaultDependencies=no
        [Socket]
        ListenStream=/run/systemd/journal/stdout
        ListenDatagram=/run/systemd/journal/socket
        SocketMode=0666
        PassCredentials=yes
        Timestamping=us
        ReceiveBuffer=8M
        Service=systemd-journald.service

        """;

    private const string DevLogSocket = """
        [Unit]
        DefaultDependencies=no
        [Socket]
        ListenDatagram=/run/systemd/journal/dev-log
        SocketMode=0666
        PassCredentials=yes
        Timestamping=us
        ReceiveBuffer=8M
        Service=systemd-journald.service

        """;

    // Lean on purpose: the sandbox of the stock unit costs start time, and a pod's journald is confined by the pod already.
    // Type=simple: apps need not wait for it, since its sockets hold what they write; ordering after it makes it process 2.
    private const string JournaldService = """
        [Unit]
        Description=Journal Service
        DefaultDependencies=no
        Requires=systemd-journald.socket
        After=systemd-journald.socket systemd-journald-dev-log.socket
        [Service]
        Type=simple
        NotifyAccess=main
        ExecStart=/usr/lib/systemd/systemd-journald
        Sockets=systemd-journald.socket systemd-journald-dev-log.socket
        StandardOutput=null
        Restart=always
        RestartSec=0
        FileDescriptorStoreMax=4224
        OOMScoreAdjust=-250
        LimitNOFILE=524288
        Environment=MEMORY_PRESSURE_WATCH=/dev/null
        TimeoutStopSec=30

        """;

    // Runs nothing: it comes up when the apps and, after them, the journal have stopped, and its end is the pod's end.
    private static string PodEnd(string appUnits) => $"""
        [Unit]
        Description=End of the pod
        DefaultDependencies=no
        Conflicts={appUnits} systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
        After={appUnits} systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
        SuccessAction=exit-force
        [Service]
        Type=oneshot

        """;
}

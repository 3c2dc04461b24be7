using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Output;

public sealed class PodTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 17, 20, 59, 5, TimeSpan.Zero);

    private static readonly Dictionary<AppName, HealthState> Healths = new() { [Records.Name("redis")] = new("unhealthy", 4, [new(Now, 1), new(Now - TimeSpan.FromSeconds(30), 137)]) };

    private static readonly PodNetwork[] Joined =
        [new("default", "eth0", ["172.16.28.2/24", "fd00::2/64"], ["172.16.28.1", "fd00::1"], "02:00:00:00:00:01"), new("lan", "eth1", ["fd01::7/64"], [], null), new("bare", "eth2", [], [], null)];

    private static readonly Pod[] Pods =
    [
        Pod("3089337c-0000-4000-8000-000000000000", PodState.Exited, "web") with
        {
            Started = Now - TimeSpan.FromMinutes(2),
            Statuses = new Dictionary<AppName, AppStatus> { [Records.Name("web")] = new(137, "KILL", "signal", Now - TimeSpan.FromSeconds(90)) },
        },
        Pod("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11", PodState.Running, "redis", "etcd") with { Networks = Joined, Started = Now - TimeSpan.FromMinutes(2), LeaderPid = 2154, HasProcesses = true, Healths = Healths },
        Pod("7777337c-0000-4000-8000-000000000000", PodState.Preparing, "a-name-that-is-rather-long"),
        new(Id("99999999-0000-4000-8000-000000000000"), PodState.Deleting, null) { Problem = "cannot read 'pod.json': No such file or directory" },
    ];

    [Fact]
    public void The_list_is_a_table()
    {
        Golden.Verify("output/list.txt", PodListText.Table([.. Pods.Select(Records.SummaryOf)], isFull: false, hasLegend: true, Now));
        Golden.Verify("output/list-full.txt", PodListText.Table([.. Pods.Select(Records.SummaryOf)], isFull: true, hasLegend: true, Now));
        Golden.Verify("output/list-empty.txt", PodListText.Table([], isFull: false, hasLegend: true, Now));
        Assert.Equal("", PodListText.Table([], isFull: false, hasLegend: false, Now));
    }

    [Fact]
    public void The_list_is_json()
    {
        Golden.Verify("output/list.json", Json(Pods, isPretty: true) + "\n");
        Assert.Equal("[]", Json([], isPretty: false));
        Assert.DoesNotContain('\n', Json(Pods, isPretty: false));
    }

    [Fact]
    public void The_status_is_lines() =>
        Golden.Verify("output/status.txt", string.Join("--\n", Pods.Select(PodStatusText.Lines)));

    [Fact]
    public void The_status_is_json() =>
        Golden.Verify("output/status.json", JsonText.Write(PodView.Of(Pods[0]), OutputJson.Default.PodView, isPretty: true) + "\n");

    [Fact]
    public void What_pods_use_is_a_table_or_json()
    {
        ResourceFigures before = new() { CpuTime = TimeSpan.FromSeconds(1) };
        ResourceFigures now = new() { CpuTime = TimeSpan.FromSeconds(1.5), CpuLimitMillis = 1500, MemoryBytes = 3 << 20, MemoryLimitBytes = 64 << 20, Tasks = 4, TaskLimit = 20, ReadBytes = 0, WrittenBytes = 4096, OomKills = 0 };
        ResourceFigures bare = new() { CpuTime = TimeSpan.FromSeconds(2) };
        PodStatsView[] stats =
        [
            new(Pods[1].Id.ToString(), "shop", UsageView.Of(now, before, TimeSpan.FromSeconds(1)), [new AppStatsView("redis", UsageView.Of(now, before, TimeSpan.FromSeconds(2)))]),
            new(Pods[0].Id.ToString(), null, UsageView.Of(bare, null, default), []),
        ];
        Golden.Verify("output/stats.txt", PodStatsText.Table(stats, hasLegend: true));
        Golden.Verify("output/stats.json", JsonText.Write<IReadOnlyList<PodStatsView>>(stats, OutputJson.Default.IReadOnlyListPodStatsView, isPretty: true) + "\n");
    }

    [Fact]
    public void Processes_are_a_table() => Golden.Verify(
        "output/top.txt",
        PodTopText.Table(
            [
                new PodProcess(2154, 1, "", 1 << 30, 'S', TimeSpan.FromSeconds(0.05), 7 << 20, "/usr/lib/systemd/systemd"),
                new PodProcess(2157, 3, "web.service", (1 << 30) + 33, 'R', TimeSpan.FromSeconds(3725.67), 64 << 20, "web --all\e[0m"),
                new PodProcess(2158, 4, "web.service", 0, 'Z', TimeSpan.Zero, 0, "[web]"),
            ],
            1 << 30,
            hasLegend: true));

    private static Notes Notes => Notes.Of([new("annotation", "a")], [new("user annotation", "é\e[0m")], [new("label", "c")])!;

    [Fact]
    public void Notes_of_users_are_listed()
    {
        Pod pod = Pods[1] with { Record = Pods[1].Record! with { Notes = Notes, Apps = [Pods[1].Record!.Apps[0] with { Notes = Notes }] } };
        PodView view = PodView.Of(pod);
        Assert.Equal(("c", "c"), (view.UserLabels!["label"], view.Apps![0].UserLabels!["label"]));
        Assert.Equal(("é\e[0m", "é\e[0m"), (view.UserAnnotations!["user annotation"], view.Apps[0].UserAnnotations!["user annotation"]));
        Assert.DoesNotContain("\"annotation\"", Json([pod], isPretty: true), StringComparison.Ordinal);
        Assert.DoesNotContain("user_", Json([Pods[1]], isPretty: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_are_a_table_or_json()
    {
        NetworkSummary[] networks =
        [
            new("default", "/usr/lib/podctl/net.d/90-default.conflist", "1.0.0", ["bridge", "portmap"], ["portmap"], """{"cniVersion":"1.0.0","name":"default"}""", null),
            new(null, "/etc/podctl/net.d/x.conf", null, [], [], null, "it has no name"),
        ];
        Golden.Verify("output/networks.txt", NetworkListText.Of(networks, hasLegend: true));
        Golden.Verify("output/networks.json", JsonText.Write<IReadOnlyList<ConfiguredNetworkView>>([.. networks.Select(ConfiguredNetworkView.Of)], OutputJson.Default.IReadOnlyListConfiguredNetworkView, isPretty: true) + "\n");
        Golden.Verify("output/network-inspect.json", JsonText.Write<IReadOnlyList<NetworkInspectView>>([NetworkInspectView.Of(networks[0], Pods)], OutputJson.Default.IReadOnlyListNetworkInspectView, isPretty: true) + "\n");
    }

    [Fact]
    public void All_about_a_pod_is_json()
    {
        PodRecord record = Pods[1].Record!;
        Pod pod = Pods[1] with
        {
            Record = record with
            {
                Name = Records.PodName("shop"),
                Network = NetworkMode.Named,
                Networks = [new NetworkRequest("default", []), new NetworkRequest("lan", ["IP=fd01::7"])],
                Ports = [new PortMapping(53, "udp", "127.0.0.1", 5353)],
                PrivateUsers = new Common.Contract.IdRange(1 << 30, 65536),
                InsecureOptions = InsecureOptions.Image | InsecureOptions.Seccomp,
                Volumes = [new PodVolume { Name = "data", Source = "/srv" }],
                Apps = [record.Apps[0] with { Mounts = [new VolumeMount("data", "/data")], After = [Records.Name("etcd")], Restart = RestartPolicy.Always, Health = new HealthCheck { Command = ["/bin/sh", "-c", "redis-cli ping"], OnFailure = HealthAction.Restart }, Isolation = new AppIsolation { Capabilities = ["CAP_KILL"], MemoryBytes = 64 << 20 }, Notes = Notes }, record.Apps[1]],
                Notes = Notes,
            },
            IsReady = true,
            RunningApps = new Dictionary<AppName, DateTimeOffset?> { [record.Apps[0].Name] = Now },
        };
        Golden.Verify(
            "output/inspect.json",
            JsonText.Write<IReadOnlyList<PodInspectView>>([PodInspectView.Of(pod, "/var/log/journal/x", new Meter()), PodInspectView.Of(Pods[3], "/var/log/journal/y", new Meter())], OutputJson.Default.IReadOnlyListPodInspectView, isPretty: true) + "\n");
    }

    [Theory]
    [InlineData("always", false, false, false, "created")]
    [InlineData("always", true, true, false, "running")]
    [InlineData("always", true, true, true, "running")]
    [InlineData("always", true, false, true, "restarting")]
    [InlineData("always", false, false, true, "restarting")]
    [InlineData("on-failure", false, false, true, "restarting")]
    [InlineData("no", false, false, false, "created")]
    [InlineData("no", true, true, false, "running")]
    [InlineData("no", false, false, true, "exited")]
    [InlineData("always", false, false, true, "unknown", false)]
    [InlineData("on-failure", false, false, true, "unknown", false)]
    [InlineData("no", false, false, true, "exited", false)]
    [InlineData("no", false, false, false, "unknown", false)]
    public void The_state_of_an_app_that_is_started_later_is_its_own(string policy, bool hasCgroup, bool hasProcess, bool hasStatus, string state, bool isUp = true)
    {
        Assert.True(RestartPolicies.TryParse(policy, out RestartPolicy restart));
        PodRecord record = Pods[1].Record!;
        AppName name = record.Apps[0].Name;
        Pod pod = Pods[1] with
        {
            State = isUp ? PodState.Running : PodState.Exited,
            Record = record with { Apps = [record.Apps[0] with { Restart = restart, After = [Records.Name("etcd")] }] },
            RunningApps = hasCgroup ? new Dictionary<AppName, DateTimeOffset?> { [name] = hasProcess ? Now : null } : new Dictionary<AppName, DateTimeOffset?>(),
            Statuses = hasStatus ? new Dictionary<AppName, AppStatus> { [name] = new(3, null, "exit-code", Now) { Started = Now - TimeSpan.FromSeconds(1), IsAgain = restart != RestartPolicy.No } } : new Dictionary<AppName, AppStatus>(),
        };
        AppView app = PodView.Of(pod).Apps![0];
        Assert.Equal(state, app.State);
        Assert.Equal((hasStatus && state == "exited" ? 3 : null, hasStatus && state != "exited" ? 3 : (int?)null), (app.ExitCode, app.LastExitCode));
        Assert.Equal(state switch { "running" => Times.Json(Now), "exited" => Times.Json(Now - TimeSpan.FromSeconds(1)), _ => null }, app.StartedAt);
    }

    [Fact]
    public void Images_are_listed()
    {
        Assert.True(Digest.TryParse("sha256:" + new string('b', 64), out Digest? id));
        ImageSummary[] images =
        [
            new(id, ["registry.example/busybox:1.36", "registry.example/busybox:latest"], 1_258_291, 0, Now - TimeSpan.FromMinutes(3), Now - TimeSpan.FromMinutes(1))
            {
                Verified =
                [
                    new ImageName(
                        "registry.example/busybox:latest",
                        new TrustRecord("prefix registry.example", id.ToString(), Now - TimeSpan.FromMinutes(2), [new TrustEvidence("/etc/podctl/trust.json", "-")], new string('c', 64))),
                ],
            },
            new(id, [], 50, 0, Now - TimeSpan.FromDays(3), Now - TimeSpan.FromDays(2)),
        ];
        Golden.Verify("output/images.txt", ImageListText.Table(images, ImageListText.AllFields, isFull: false, hasLegend: true, Now));
        Golden.Verify("output/images-full.txt", ImageListText.Table(images, ImageListText.AllFields, isFull: true, hasLegend: true, Now));
        Golden.Verify("output/images.json", JsonText.Write(ImageListText.Views(images), OutputJson.Default.IReadOnlyListImageView, isPretty: true) + "\n");
        Assert.Equal("<none>\t50\n", ImageListText.Table(images[1..], [ImageField.Name, ImageField.Size], isFull: true, hasLegend: false, Now));
    }

    [Fact]
    public void Images_are_sorted_the_same_way_every_time()
    {
        ImageSummary Image(char digit, string name, long size)
        {
            Assert.True(Digest.TryParse("sha256:" + new string(digit, 64), out Digest? id));
            return new ImageSummary(id, [name], size, 0, Now, Now - TimeSpan.FromMinutes(size));
        }

        ImageSummary[] images = [Image('c', "x", 1), Image('a', "z", 3), Image('b', "y", 3)];
        string Order(ImageField field, bool isDescending = false) => string.Concat(ImageListText.Sort(images, field, isDescending).Select(static image => image.Id.Hex[0]));
        Assert.Equal("cab", Order(ImageField.Size));
        Assert.Equal("bac", Order(ImageField.Size, isDescending: true));
        Assert.Equal("cba", Order(ImageField.Name));
        Assert.Equal("abc", Order(ImageField.LastUsed));
        Assert.Equal("abc", Order(ImageField.ImportTime));
    }

    [Fact]
    public void An_image_is_shown_whole()
    {
        Assert.True(Digest.TryParse("sha256:" + new string('b', 64), out Digest? id));
        ImageDocument manifest = new(id, "application/vnd.oci.image.manifest.v1+json", "{}"u8.ToArray());
        ImageDocument configuration = new(id, "x", """{"created":"2026-01-02T03:04:05Z","os":"linux","architecture":"amd64","variant":7}"""u8.ToArray());
        ImageConfig config = new() { Command = ["/bin/app"], Labels = new Dictionary<string, string> { ["l"] = "evil\u001b[2J" } };
        ImageDetails image = new(
            new ImageSummary(id, ["registry.example/app:1"], 30, 10, Now, Now), config, [new ImageLayerSummary(id, 10, IsShared: true)], manifest, configuration);
        Golden.Verify("output/image-inspect.json", JsonText.Write<IReadOnlyList<ImageInspectView>>([ImageInspectView.Of(image)], OutputJson.Default.IReadOnlyListImageInspectView, isPretty: true) + "\n");
    }

    [Fact]
    public void Trusted_keys_are_listed()
    {
        Assert.Null(TrustScope.TryParse("registry.example/team", out TrustScope? scope));
        Assert.True(KeyFingerprint.TryParse(new string('c', 64), out KeyFingerprint? key));
        TrustedKeySummary[] keys =
        [
            new(TrustScope.Root, key, "RSA 3072", $"/usr/lib/podctl/trustedkeys/root.d/{key}", IsMasked: true),
            new(scope!, key, "ECDSA P-256", $"/etc/podctl/trustedkeys/prefix.d/registry.example%2Fteam/{key}", IsMasked: false),
        ];
        Golden.Verify("output/keys.txt", TrustListText.Table(keys, isFull: false, hasLegend: true));
        Golden.Verify("output/keys-full.txt", TrustListText.Table(keys, isFull: true, hasLegend: true));
        Golden.Verify("output/keys.json", JsonText.Write(TrustListText.Views(keys), OutputJson.Default.IReadOnlyListTrustedKeyView, isPretty: true) + "\n");
    }

    [Fact]
    public void A_hostile_name_cannot_move_the_cursor()
    {
        Pod pod = Pods[1] with { Record = Pods[1].Record! with { Apps = [Pods[1].Apps[0] with { Image = new PodImage("evil\u001b[2J\n\u202e", "x") }] } };
        string text = PodListText.Table([Records.SummaryOf(pod)], isFull: true, hasLegend: false, Now) + Json([pod], isPretty: false);
        Assert.DoesNotContain('\u001b', text);
        Assert.Single(text, '\n');
    }

    private static string Json(Pod[] pods, bool isPretty) =>
        JsonText.Write<IReadOnlyList<PodView>>([.. pods.Select(PodView.Of)], OutputJson.Default.IReadOnlyListPodView, isPretty);

    private static Pod Pod(string id, PodState state, params string[] apps)
    {
        PodRecord record = Records.New(apps) with { Uuid = Id(id), Hostname = $"rkt-{id}" };
        return new Pod(record.Uuid, state, record);
    }

    private static PodId Id(string text) => PodId.TryParse(text, out PodId? id) ? id.Value : throw new ArgumentException(text);

    private sealed class Meter : IPodMeter
    {
        public ResourceFigures? Measure(PodId pod) => pod == Pods[1].Id ? new ResourceFigures { CpuTime = TimeSpan.FromSeconds(1), MemoryBytes = 1 << 20 } : null;

        public ResourceFigures? Measure(PodId pod, AppName app) => app.ToString() == "redis" ? new ResourceFigures { MemoryLimitBytes = 64 << 20 } : null;

        public IReadOnlyList<PodProcess> Processes(PodId pod) => [];
    }
}

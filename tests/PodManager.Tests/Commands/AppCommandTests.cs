using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class AppCommandTests
{
    [Fact]
    public async Task A_sandbox_is_a_pod_in_the_background_without_apps()
    {
        CommandLineHarness harness = new();
        (int code, string text) = await harness.RunAsync("app", "sandbox", "--name=shop", "--memory=1Gi", "--dns=host", "--hostname=h", "--private-users=no");
        Assert.Equal(0, code);
        Assert.Equal($"{CommandLineHarness.RunPod}\n", text);
        Assert.True(harness.Run!.Pod is { IsSandbox: true, Apps.Count: 0, PrivateUsers.IsPrivate: false, Limits.MemoryBytes: 1 << 30 });
        Assert.True(harness.Run.Start is { Mode: RunMode.Detached, HostName: "h", Dns.UseHostFile: true, Remove: false });
    }

    [Fact]
    public async Task An_app_is_added_with_its_flags_arguments_and_volumes()
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running);
        (int code, string text) = await harness.RunAsync(
            "app", "add", pod.ToString(), "busybox", "--name=db", "--memory=64Mi", "-v", "/usr:/srv:ro", "--mount=volume=data,target=/data", "--", "sleep", "--long");
        Assert.Equal((0, ""), (code, text));
        (AppOptions app, IReadOnlyList<PodVolume> volumes, FetchOptions fetch) = harness.Added!.Value;
        Assert.Equal("busybox", app.Image);
        Assert.Equal(Records.Name("db"), app.Name);
        Assert.Equal(["sleep", "--long"], app.Arguments!);
        Assert.Equal(64 << 20, app.Isolation.MemoryBytes);
        Assert.Equal([new VolumeMount("data", "/data"), new VolumeMount("db:/srv", "/srv")], app.Mounts);
        PodVolume volume = Assert.Single(volumes);
        Assert.Equal(("db:/srv", "/usr", true), (volume.Name, volume.Source, volume.IsReadOnly));
        Assert.Equal(PullPolicy.Never, fetch.Policy);
    }

    [Theory]
    [InlineData("must provide the UUID or the name of a pod, and an image", "app", "add")]
    [InlineData("must provide an image", "app", "add", "POD")]
    [InlineData("must give only one app", "app", "add", "POD", "busybox", "---", "alpine")]
    [InlineData("unexpected argument 'ls'", "app", "add", "POD", "busybox", "ls")]
    [InlineData("flag '--exec' must follow an image", "app", "add", "--exec=sh", "POD", "busybox")]
    [InlineData("--after is for apps that are started together", "app", "add", "POD", "busybox", "--after=x")]
    [InlineData("less than 0 is for the host's own processes", "app", "add", "POD", "busybox", "--oom-score-adj=-5")]
    [InlineData("must provide the app to start: --app=NAME", "app", "start", "POD")]
    [InlineData("must provide the UUID or the name of a pod", "app", "rm", "--app=x")]
    [InlineData("no app 'x'", "app", "status", "--app=x", "POD")]
    [InlineData("unknown flag '--detach'", "app", "sandbox", "--detach")]
    [InlineData("unexpected argument 'busybox'", "app", "sandbox", "busybox")]
    public async Task A_fault_is_named(string fault, params string[] args)
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running, static pod => pod with { Record = pod.Record! with { PrivateUsers = new Common.Contract.IdRange(1 << 16, 1 << 16) } });
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync([.. args.Select(word => word == "POD" ? pod.ToString() : word)]));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.Null(harness.Added);
        Assert.Empty(harness.AppCalls);
    }

    [Theory]
    [InlineData("start", "start")]
    [InlineData("stop", "stop")]
    [InlineData("restart", "restart")]
    [InlineData("rm", "remove")]
    public async Task An_app_is_told_what_to_do(string verb, string call)
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Running);
        Assert.Equal((0, ""), await harness.RunAsync("app", verb, "--app=web", pod.ToString()));
        Assert.Equal([$"{call} {pod} web"], harness.AppCalls);
    }

    [Fact]
    public async Task Apps_that_come_and_go_are_what_their_processes_and_statuses_say()
    {
        CommandLineHarness harness = new();
        AppName a = Records.Name("a"), b = Records.Name("b"), c = Records.Name("c");
        AppStatus failed = new(3, null, "exit-code", new DateTimeOffset(2026, 3, 17, 21, 0, 0, TimeSpan.Zero));
        PodId pod = harness.Store.Add(PodState.Running, pod => pod with
        {
            Record = Records.New("a", "b", "c") with { Uuid = pod.Id, Sandbox = new AppFileSet([], [], []) },
            RunningApps = new Dictionary<AppName, DateTimeOffset?> { [a] = new DateTimeOffset(2026, 3, 17, 20, 58, 0, TimeSpan.Zero) },
            Statuses = new Dictionary<AppName, AppStatus> { [a] = failed, [b] = failed },
        });
        Assert.Equal("a\trunning\nb\texited\nc\tcreated\n", (await harness.RunAsync("app", "list", "--no-legend", pod.ToString())).Out.Replace("\t\t", "\t", StringComparison.Ordinal));
        string image = $"image_id=sha256:{new string('a', 64)}\nimage_name=registry.example/";
        Assert.Equal($"name=a\nstate=running\n{image}a:1.0\nstarted_at=2026-03-17T20:58:00Z\n", (await harness.RunAsync("app", "status", "--app=a", pod.ToString())).Out);
        Assert.Equal($"name=b\nstate=exited\n{image}b:1.0\nfinished_at=2026-03-17T21:00:00Z\nexit_code=3\n", (await harness.RunAsync("app", "status", "--app=b", pod.ToString())).Out);
    }
}

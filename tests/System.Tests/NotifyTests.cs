using System.Tests.Harness;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Apps that say when they are up.</summary>
public sealed class NotifyTests : SystemTest
{
    // No image here has a program for it, so that the host's is run, by its own loader.
    private const string Ready = "l=$(dirname $(dirname /host/lib/*-linux-gnu*/systemd/libsystemd-shared-*.so)); \"$l\"/ld-linux*.so.* --library-path \"$l:$l/systemd\" /host/bin/systemd-notify --ready";

    private static readonly string[] HostPrograms = ["--volume=host,kind=host,source=/usr,readOnly=true,idmap=no", "--mount=volume=host,target=/host"];

    [SystemTheory]
    [InlineData("0", "yes")]
    [InlineData("1000", "yes")]
    [InlineData("1000", "no")]
    public async Task A_pod_in_the_background_is_up_once_its_app_says_so(string user, string privateUsers)
    {
        TestPod pod = await DetachAsync(App($"echo up >/tmp/up; {Ready}; echo sent $?; exec sleep 1000", $"--user={user}") with { Flags = [.. HostPrograms, $"--private-users={privateUsers}"] });
        Assert.Equal("up\n", (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "cat", "/tmp/up")).Expect(0).Stdout);
        Assert.True((await pod.InspectAsync(Ct)).GetProperty("ready").GetBoolean());
        Assert.Equal("notify", (await pod.InsideAsync(Ct, "systemctl", "show", "-p", "Type", "--value", "busybox.service")));
        await pod.WaitForLogAsync("sent 0", Ct);
    }

    [SystemFact]
    public async Task Until_then_nobody_goes_on()
    {
        string uuidFile = NewUuidFile();
        Run run = App($"while [ ! -e /tmp/go ]; do sleep 0.05; done; {Ready}; exec sleep 1000", "--name=db") with { Flags = ["--detach", .. HostPrograms] };
        using CliProcess podctl = CliProcess.Start(Podctl.Program, (run with { Others = [Run.Shell("web", "echo web") with { AppFlags = ["--name=web", "--after=db"] }] }).Words(uuidFile));
        await Wait.UntilAsync(() => new FileInfo(uuidFile) is { Exists: true, Length: 36 }, "the pod has a UUID", Ct);
        TestPod pod = new(await File.ReadAllTextAsync(uuidFile, Ct));
        await Wait.UntilAsync(async () => (await Podctl.RunAsync(Ct, "exec", "--app=db", pod.Uuid, "true")).ExitCode == 0, "db runs", Wait.Deadline, Ct);
        Assert.NotEqual(0, (await Podctl.RunAsync(Ct, "status", "--wait-ready=500ms", pod.Uuid)).ExitCode);
        Assert.Equal("", podctl.Output.Text);
        Assert.Empty((await Podctl.RunAsync(Ct, "logs", "--app=web", pod.Uuid)).Lines);
        JsonElement waiting = (await pod.StatusAsync(Ct)).GetProperty("apps")[1];
        Assert.Equal("created", waiting.GetProperty("state").GetString());
        Assert.False(waiting.TryGetProperty("started_at", out _));
        DateTimeOffset before = DateTimeOffset.UtcNow;

        _ = (await Podctl.RunAsync(Ct, "exec", "--app=db", pod.Uuid, "touch", "/tmp/go")).Expect(0);
        Assert.Equal($"{pod.Uuid}\n", (await podctl.FinishAsync(Ct)).Expect(0).Stdout);
        _ = (await Podctl.RunAsync(Ct, "status", "--wait-ready=30s", pod.Uuid)).Expect(0);
        await Wait.UntilAsync(async () => (await Podctl.RunAsync(Ct, "logs", "--app=web", pod.Uuid)).Lines is ["web"], "web has run", Wait.Deadline, Ct);
        await Wait.UntilAsync(async () => (await pod.StatusAsync(Ct)).GetProperty("apps")[1].GetProperty("state").GetString() == "exited", "web has ended", Wait.Deadline, Ct);
        Assert.InRange((await pod.StatusAsync(Ct)).GetProperty("apps")[1].GetProperty("started_at").GetDateTimeOffset(), before, DateTimeOffset.UtcNow);
    }

    [SystemFact]
    public async Task Streams_of_the_foreground_work_before_and_after()
    {
        Run run = App($"read a; echo got $a; echo before >&2; {Ready}; read b; echo got $b; exit 7") with { Flags = HostPrograms };
        CliResult result = await RunAsync(run with { Options = new CliOptions { Input = "one\ntwo\n"u8.ToArray() } });
        Assert.Equal((7, "got one\ngot two\n"), (result.ExitCode, result.Stdout));
        Assert.Contains("before\n", result.Stderr, StringComparison.Ordinal);
    }

    [SystemTheory]
    [InlineData(3, 3)]
    [InlineData(0, 1)]
    public async Task To_end_before_is_to_fail(int code, int expected)
    {
        (CliResult result, TestPod pod) = await RunPodAsync(App($"echo so long; exit {code}"));
        Assert.Equal((expected, "so long\n"), (result.ExitCode, result.Stdout));
        Assert.Equal("exited", await pod.StateAsync(Ct));
        CliResult detached = await Podctl.RunAsync(Ct, (App($"exit {code}") with { Flags = ["--detach"] }).Words(NewUuidFile()));
        Assert.Contains($"ended with {expected} before it was up", detached.ExpectFailure(1).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task An_image_can_say_that_its_app_does_it()
    {
        using FakeRegistry registry = new(OciImage.WithConfig(static config => config["Labels"] = new JsonObject { ["appc.io/executor/supports-systemd-notify"] = "true" }));
        TestPod pod = await DetachAsync(Run.Shell($"{Ready}; exec sleep 1000") with { Image = registry.Image, AppFlags = ["--name=web"], Flags = HostPrograms });
        Assert.Equal("notify", (await pod.InsideAsync(Ct, "systemctl", "show", "-p", "Type", "--value", "web.service")));
        TestPod other = await DetachAsync(Run.Shell("exec sleep 1000") with { Image = registry.Image, AppFlags = ["--name=web", "--notify=no"] });
        Assert.Equal("exec", (await other.InsideAsync(Ct, "systemctl", "show", "-p", "Type", "--value", "web.service")));
    }

    private static Run App(string script, params string[] flags) => Run.Shell(script) with { AppFlags = ["--notify", .. flags] };
}

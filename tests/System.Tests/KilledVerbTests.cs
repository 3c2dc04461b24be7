using System.Globalization;
using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>
/// podctl killed with KILL at a random moment of each verb: the pod then has one true state, which systemd and the kernel agree with, and the verb can be given again. PODCTL_TEST_KILLS says how often, for a
/// longer proof.
/// </summary>
public sealed class KilledVerbTests : SystemTest
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("PODCTL_TEST_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private readonly Random _random = new(20264);

    [SystemTheory]
    [InlineData("stop", "running exited", "exited")]
    [InlineData("stop --force", "running exited", "exited")]
    [InlineData("kill", "running exited", "running exited")]
    [InlineData("pause", "running paused", "paused")]
    [InlineData("rm --force", "running exited gone deleting", "gone")]
    public async Task Of_a_running_pod(string verb, string between, string after)
    {
        await EachAsync(async () => await DetachAsync("sleep", "300"), verb.Split(' '), between, async pod =>
        {
            CliResult again = await Podctl.RunAsync(Ct, [.. verb.Split(' '), pod.Uuid]);
            Assert.True(again.ExitCode == 0 || (again.ExitCode is 3 or 4 && verb is "kill" or "rm --force"), again.ToString());
            await ExpectStateAsync(pod, after);
        });
    }

    [SystemTheory]
    [InlineData("resume", "running paused", "running")]
    [InlineData("stop", "running paused exited", "exited")]
    public async Task Of_a_paused_pod(string verb, string between, string after)
    {
        await EachAsync(
            async () =>
            {
                TestPod pod = await DetachAsync("sleep", "300");
                _ = (await Podctl.RunAsync(Ct, "pause", pod.Uuid)).Expect(0);
                return pod;
            },
            [verb],
            between,
            async pod =>
            {
                _ = (await Podctl.RunAsync(Ct, verb, pod.Uuid)).Expect(0);
                await ExpectStateAsync(pod, after);
            });
    }

    [SystemFact]
    public async Task Of_a_prepared_pod() => await EachAsync(() => PrepareAsync(new Run("sleep", "300")), ["run-prepared", "--detach"], "prepared running exited", async pod =>
    {
        // Nothing runs, and it can be started; or it runs. A podctl that is killed before that takes what it has begun with it.
        if (await StateAsync(pod) == "prepared")
        {
            await Wait.UntilAsync(() => !pod.HasProcesses, "nothing of it runs", Ct);
            _ = (await Podctl.RunAsync(Ct, "run-prepared", "--detach", pod.Uuid)).Expect(0);
        }

        await ExpectStateAsync(pod, "running exited");
    });

    [SystemTheory]
    [InlineData("rm")]
    [InlineData("gc --grace-period=0")]
    public async Task Of_a_pod_that_has_ended(string verb)
    {
        bool namesPod = verb == "rm";
        await EachAsync(
            async () =>
            {
                TestPod pod = await DetachAsync("true");
                _ = await pod.WaitForEndAsync(Ct);
                await Wait.UntilAsync(() => !pod.HasProcesses, "all of it is gone", Ct);
                return pod;
            },
            verb.Split(' '),
            "exited deleting gone|exited garbage",
            async pod =>
            {
                CliResult again = await Podctl.RunAsync(Ct, [.. verb.Split(' '), .. namesPod ? new[] { pod.Uuid } : []]);
                Assert.True(again.ExitCode is 0 or 4, again.ToString());
                await ExpectStateAsync(pod, "gone");
            },
            namesPod);
    }

    [SystemTheory]
    [InlineData("")]
    [InlineData("--app=busybox")]
    public async Task Of_an_update(string app)
    {
        string[] words = ["update", .. app.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--pids-limit=77"];
        await EachAsync(() => DetachAsync("sleep", "300"), words, "running", async pod =>
        {
            _ = (await Podctl.RunAsync(Ct, [.. words, pod.Uuid])).Expect(0);
            JsonElement shown = await pod.InspectAsync(Ct);
            long recorded = app.Length == 0 ? shown.GetProperty("limits").GetProperty("tasks").GetInt64() : shown.GetProperty("apps")[0].GetProperty("task_limit").GetInt64();
            string inForce = app.Length == 0
                ? (await Cli.RunAsync(Ct, "systemctl", "show", "--value", "-p", "TasksMax", pod.Scope)).Stdout.Trim() : await pod.InsideAsync(Ct, "systemctl", "show", "--value", "-p", "TasksMax", "busybox.service");
            Assert.Equal((77, "77"), (recorded, inForce));
        });
    }

    [SystemTheory]
    [InlineData("exec")]
    [InlineData("enter")]
    public async Task Of_a_command_in_a_pod(string verb)
    {
        TestPod pod = await DetachAsync("sleep", "300");
        string[] before = Processes(pod);
        for (int i = 0; i < Kills; i++)
        {
            await KillAsync([verb, pod.Uuid, "sleep", "299"], TimeSpan.FromMilliseconds(60));
        }

        await Wait.UntilAsync(() => Processes(pod).SequenceEqual(before), "no process of a command is left", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    [SystemFact]
    public async Task Of_a_copy_into_a_pod()
    {
        string file = Path.Combine(Scratch, "file");
        await File.WriteAllBytesAsync(file, new byte[8 << 20], Ct);
        TestPod pod = await DetachAsync("sleep", "300");
        for (int i = 0; i < Kills; i++)
        {
            await KillAsync(["cp", file, $"{pod.Uuid}:/copy{i}"], TimeSpan.FromMilliseconds(60));
            string size = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "sh", "-c", $"stat -c %s /copy{i} 2>/dev/null || echo none")).Expect(0).Stdout.Trim();
            Assert.Contains(size, new[] { "none", $"{8 << 20}" });
            _ = (await Podctl.RunAsync(Ct, "cp", file, $"{pod.Uuid}:/copy{i}")).Expect(0);
        }
    }

    [SystemFact]
    public async Task Of_an_export()
    {
        TestPod pod = await DetachAsync("sh", "-c", "head -c 8000000 /dev/urandom > /big");
        _ = await pod.WaitForEndAsync(Ct);
        string file = Path.Combine(Scratch, "image.oci");
        for (int i = 0; i < Kills; i++)
        {
            await KillAsync(["export", "--overwrite", pod.Uuid, file], TimeSpan.FromMilliseconds(250));
            Assert.True(!File.Exists(file) || new FileInfo(file).Length > 8_000_000);
        }

        _ = (await Podctl.RunAsync(Ct, "export", "--overwrite", pod.Uuid, file)).Expect(0);
        Assert.Equal([file], Directory.GetFiles(Scratch, "*.oci*"));
    }

    [SystemTheory]
    [InlineData("start", "created running", "running")]
    [InlineData("stop", "running exited", "exited")]
    [InlineData("restart", "running exited created", "running")]
    [InlineData("rm", "running exited created gone", "gone")]
    public async Task Of_an_app_that_comes_and_goes(string verb, string between, string after)
    {
        TestPod pod = await SandboxAsync();
        async Task<string> StateOfAppAsync() => (await Podctl.RunAsync(Ct, "app", "list", "--no-legend", pod.Uuid)).Expect(0).Lines.FirstOrDefault()?.Split('\t')[^1] ?? "gone";
        for (int i = 0; i < Kills; i++)
        {
            if (await StateOfAppAsync() != "gone")
            {
                _ = (await Podctl.RunAsync(Ct, "app", "rm", "--app=web", pod.Uuid)).Expect(0);
            }

            _ = (await Podctl.RunAsync(Ct, "app", "add", Podctl.Trust, pod.Uuid, Podctl.Registry + "busybox:latest", "--name=web", "--", "sleep", "300")).Expect(0);
            if (verb != "start")
            {
                _ = (await Podctl.RunAsync(Ct, "app", "start", "--app=web", pod.Uuid)).Expect(0);
            }

            await KillAsync(["app", verb, "--app=web", pod.Uuid], TimeSpan.FromMilliseconds(120));
            Assert.Contains(await StateOfAppAsync(), between.Split(' '));
            CliResult again = await Podctl.RunAsync(Ct, "app", verb, "--app=web", pod.Uuid);
            Assert.True(again.ExitCode == 0 || (again.ExitCode == 4 && verb == "rm"), again.ToString());
            Assert.Equal(after, await StateOfAppAsync());
        }

        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    private static string[] Processes(TestPod pod) =>
        [.. Directory.GetFiles(pod.Cgroup, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal)];

    /// <summary>Makes a pod, kills a verb on it, looks at the pod, and goes on.</summary>
    private async Task EachAsync(Func<Task<TestPod>> make, string[] words, string between, Func<TestPod, Task> goOn, bool namesPod = true)
    {
        for (int i = 0; i < Kills; i++)
        {
            TestPod pod = await make();
            await KillAsync([.. words, .. namesPod ? new[] { pod.Uuid } : []], TimeSpan.FromMilliseconds(150));
            await ExpectStateAsync(pod, between);
            await goOn(pod);
            CliResult removal = await Podctl.RunAsync(Ct, "rm", "--force", pod.Uuid);
            Assert.True(removal.ExitCode is 0 or 4, removal.ToString());
        }

        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=0")).Expect(0);
        await ExpectNothingLeftAsync();
    }

    private async Task KillAsync(string[] words, TimeSpan within)
    {
        using CliProcess process = CliProcess.Start(Podctl.Program, words);
        using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (_random.NextDouble() * within.TotalMilliseconds)));
        _ = await moment.WaitForNextTickAsync(Ct);
        process.Signal(Signals.Kill);
    }

    /// <summary>The state is one of those, and what it says of processes is so.</summary>
    private static async Task ExpectStateAsync(TestPod pod, string states)
    {
        string[] allowed = [.. states.Split('|').SelectMany(static part => part.Contains("garbage", StringComparison.Ordinal) ? [part] : part.Split(' '))];
        string state = "";

        // A podctl that has been killed holds the pod's lock until it is gone.
        await Wait.UntilAsync(async () => (state = await StateAsync(pod)) != "preparing" || allowed.Contains(state), "nobody is at work on it", Wait.Deadline, Ct);
        Assert.Contains(state, allowed);
        if (state is "running" or "paused")
        {
            // A pod that is about to end says so in a moment.
            await Wait.UntilAsync(async () => pod.HasProcesses || await StateAsync(pod) != state, "its processes are there", Wait.Deadline, Ct);
        }
        else if (state is "exited" or "prepared")
        {
            await Wait.UntilAsync(() => !pod.HasProcesses, "nothing of it runs", Ct);
        }
    }

    private static async Task<string> StateAsync(TestPod pod)
    {
        CliResult status = await Podctl.RunAsync(Ct, "status", "--format=json", pod.Uuid);
        return status.ExitCode == 4 ? "gone" : JsonSerializer.Deserialize<JsonElement>(status.Expect(0).Stdout).GetProperty("state").GetString()!;
    }
}

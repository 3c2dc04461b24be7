using System.Globalization;
using System.Tests.Harness;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>Ranges of users: given ones, and many pods at once.</summary>
public sealed class UserRangeTests : SystemTest
{
    private const uint Count = 65536;

    [SystemFact]
    public async Task A_pod_has_the_range_that_it_is_given()
    {
        TestPod pod = await DetachAsync(Run.Shell("cat /proc/self/uid_map /proc/self/gid_map; touch /mine; echo done; exec sleep 300") with { Flags = ["--private-users=300000005:70000"] });
        await pod.WaitForLogAsync("done", Ct);
        string[] maps = (await pod.LogsAsync(Ct)).Split('\n')[..2];
        Assert.All(maps, static map => Assert.Equal(["0", "300000005", "70000"], map.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("300000005", (await Cli.RunAsync(Ct, "stat", "-c", "%u", $"{pod.Directory}/upper/busybox/mine")).Expect(0).Stdout.Trim());
        JsonElement inspect = await pod.InspectAsync(Ct);
        Assert.Equal((300000005u, 70000u), (inspect.GetProperty("user_base").GetUInt32(), inspect.GetProperty("user_count").GetUInt32()));
        Assert.Contains("\"privateUsers\":\"300000005:70000\"", (await Podctl.RunAsync(Ct, "cat-manifest", "--pretty-print=no", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task A_prepared_pod_keeps_its_range_and_nobody_else_gets_any_of_it()
    {
        string[] before = Links();
        TestPod pod = await PrepareAsync(new Run("cat", "/proc/self/uid_map") with { Flags = ["--private-users=300000000"] });
        foreach (string taken in new[] { "300000000", "300065535:65536", "299934465", "200000000:200000000" })
        {
            CliResult refused = await RunAsync(new Run("true") with { Flags = [$"--private-users={taken}"] });
            Assert.Contains($"by pod '{pod.Uuid}'", refused.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        }

        Assert.Equal([pod.Uuid], Pods().Where(static pod => Directory.Exists(pod.Directory)).Select(static pod => pod.Uuid));
        Assert.Contains("300000000      65536", (await Podctl.RunAsync(Ct, "run-prepared", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        Assert.Equal(before, Links());
    }

    [SystemFact]
    public async Task Users_beyond_65536_work_in_a_range_that_has_them()
    {
        Run run = Run.Shell("id -u; id -g; touch /tmp/x; stat -c %u:%g /tmp/x") with { AppFlags = ["--user=100000", "--group=100001"] };
        Assert.Contains("beyond the pod's 65536", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Equal(["100000", "100001", "100000:100001"], (await RunAsync(run with { Flags = ["--private-users=300000000:131072"] })).Expect(0).Lines);
    }

    [SystemTheory]
    [InlineData("0:65536:1", "is none of no, pick and BASE[:COUNT]")]
    [InlineData("1000", "are not all between 65536 and")]
    [InlineData("300000000:1000", "1000 ids are not enough")]
    public async Task A_range_that_cannot_be_is_refused(string range, string reason) =>
        Assert.Contains(reason, (await RunAsync(new Run("true") with { Flags = [$"--private-users={range}"] })).ExpectFailure(2).Stderr, StringComparison.Ordinal);

    [SystemFact]
    public async Task A_range_with_a_user_of_the_host_in_it_is_refused()
    {
        _ = (await Cli.RunAsync(Ct, "useradd", "--no-create-home", "--uid", "300000077", "podctl-test-far")).Expect(0);
        try
        {
            CliResult result = await RunAsync(new Run("true") with { Flags = ["--private-users=300000000"] });
            Assert.Contains("300000077 is the host's user 'podctl-test-far'", result.ExpectFailure(2).Stderr, StringComparison.Ordinal);
        }
        finally
        {
            _ = await Cli.RunAsync(CancellationToken.None, "userdel", "podctl-test-far");
        }
    }

    [SystemFact]
    public async Task Fifty_at_once_and_some_of_them_killed_share_no_id()
    {
        // Half of them look for any range, the others want ranges that overlap; every fifth is killed at some moment.
        string[] before = Links();
        Random random = new(536);
        Task[] all = [.. Enumerable.Range(0, 50).Select(async i =>
        {
            string range = i % 2 == 0 ? "pick" : string.Create(CultureInfo.InvariantCulture, $"{300000000 + ((i % 20) * 30000)}:{Count + ((i % 3) * 40000)}");
            Run run = i % 10 == 9 ? new Run("true") : new Run("true") with { Verb = "prepare" };
            int delay = random.Next(5, 250);
            using CliProcess process = CliProcess.Start(Podctl.Program, (run with { Flags = [$"--private-users={range}"] }).Words(NewUuidFile()), new CliOptions());
            if (i % 5 == 4)
            {
                await Task.Delay(delay, Ct);
                process.Signal(Signals.Kill);
            }

            CliResult result = await process.FinishAsync(Ct);
            bool isRefused = range != "pick" && result.Stderr.Contains("are taken", StringComparison.Ordinal);
            Assert.True(result.ExitCode is 0 or 137 or -9 || isRefused, result.ToString());
        })];
        await Task.WhenAll(all);

        List<(uint First, uint Last, string Pod)> ranges = [];
        foreach (TestPod pod in Pods().Where(static pod => File.Exists($"{pod.Directory}/pod.json")))
        {
            JsonElement users = JsonDocument.Parse(await File.ReadAllTextAsync($"{pod.Directory}/pod.json", Ct)).RootElement.GetProperty("privateUsers");
            uint first = users.GetProperty("base").GetUInt32();
            ranges.Add((first, first + users.GetProperty("count").GetUInt32() - 1, pod.Uuid));
        }

        ranges.Sort();
        Assert.True(ranges.Count >= 20, $"only {ranges.Count} pods");
        Assert.All(ranges.Zip(ranges.Skip(1)), static pair => Assert.True(pair.First.Last < pair.Second.First, $"{pair.First} and {pair.Second}"));

        // What the killed ones have taken is free again once the leftovers are gone.
        foreach (TestPod pod in Pods().Where(static pod => Directory.Exists(pod.Directory)))
        {
            _ = (await Podctl.RunAsync(Ct, "rm", "--force", pod.Uuid)).Expect(0);
        }

        _ = (await Podctl.RunAsync(Ct, "gc", "--grace-period=24h")).Expect(0);
        Assert.Equal(before, Links());
    }

    private static string[] Links() => Directory.Exists($"{Podctl.DataDirectory}/ids") ? [.. Directory.GetFileSystemEntries($"{Podctl.DataDirectory}/ids").Order(StringComparer.Ordinal)] : [];
}

using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Much at once and much in a row: nothing lost, nothing leaked, nothing that gets slower.</summary>
public sealed class LoadTests : SystemTest
{
    private const int Lines = 20_000;
    private const int Rounds = 10;

    private static readonly string Expected = string.Concat(Enumerable.Range(1, Lines).Select(static i => $"{i}\n"));

    [SystemFact]
    public async Task Twenty_thousand_lines_and_an_immediate_exit_lose_nothing_in_the_foreground()
    {
        for (int i = 0; i < Rounds; i++)
        {
            (CliResult result, TestPod pod) = await RunPodAsync(new Run("seq", $"{Lines}"));
            Assert.True(result.Expect(0).Stdout == Expected, $"round {i}: {result.Lines.Length} lines on standard output");
            string journal = await pod.LogsAsync(Ct);
            Assert.True(journal == Expected, $"round {i}: {journal.Count(static c => c == '\n')} lines in the journal");
            _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        }
    }

    [SystemFact]
    public async Task Twenty_thousand_lines_and_an_immediate_exit_lose_nothing_in_the_background()
    {
        for (int i = 0; i < Rounds; i++)
        {
            TestPod pod = await DetachAsync("seq", $"{Lines}");
            Assert.Equal(0, await pod.WaitForEndAsync(Ct));
            string journal = await pod.LogsAsync(Ct);
            Assert.True(journal == Expected, $"round {i}: {journal.Count(static c => c == '\n')} lines in the journal");
            _ = (await Podctl.RunAsync(Ct, "rm", pod.Uuid)).Expect(0);
        }
    }

    [SystemFact]
    public async Task Two_hundred_runs_in_a_row_leak_nothing()
    {
        int[] before = await DescriptorsAsync();
        for (int i = 0; i < 200; i++)
        {
            CliResult result = await RunAsync(new Run("echo", $"{i}") { Flags = ["--rm"] });
            Assert.Equal($"{i}\n", result.Expect(0).Stdout);
            Assert.Equal("", result.Stderr);
        }

        await ExpectNothingLeftAsync();
        int[] after = await DescriptorsAsync();
        Assert.All(before.Zip(after), static pair => Assert.InRange(pair.Second, 0, pair.First + 10));
    }

    [SystemFact]
    public async Task Twenty_runs_at_once_all_succeed()
    {
        for (int round = 0; round < 3; round++)
        {
            Task<CliResult>[] runs = [.. Enumerable.Range(0, 20).Select(i => RunAsync(Run.Shell($"echo {i}; cat; exit {i}") with { Flags = ["--rm"], Options = new CliOptions { Input = "in\n"u8.ToArray() } }))];
            foreach ((int i, CliResult result) in (await Task.WhenAll(runs)).Index())
            {
                Assert.Equal($"{i}\nin\n", result.Expect(i).Stdout);
                Assert.Equal("", result.Stderr);
            }

            await ExpectNothingLeftAsync();
        }
    }

    [SystemFact]
    public async Task Twenty_pods_at_once_are_all_listed_and_stopped()
    {
        TestPod[] pods = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DetachAsync("sleep", "300")));
        Assert.Equal(20, pods.Distinct().Count());
        string list = (await Podctl.RunAsync(Ct, "list", "--full")).Expect(0).Stdout;
        Assert.All(pods, pod => Assert.Contains(pod.Uuid, list, StringComparison.Ordinal));
        _ = (await Podctl.RunAsync(Ct, ["stop", .. pods.Select(static pod => pod.Uuid)])).Expect(0);
        _ = (await Podctl.RunAsync(Ct, ["rm", .. pods.Select(static pod => pod.Uuid)])).Expect(0);
        await ExpectNothingLeftAsync();
    }

    /// <summary>Open descriptors of the host's systemd, of its bus and of machined.</summary>
    private static async Task<int[]> DescriptorsAsync()
    {
        List<int> counts = [];
        foreach (string unit in new[] { "init.scope", "dbus.service", "systemd-machined.service" })
        {
            string pid = unit == "init.scope" ? "1" : (await Cli.RunAsync(Ct, "systemctl", "show", "-p", "MainPID", "--value", unit)).Stdout.Trim();
            counts.Add(Directory.Exists($"/proc/{pid}/fd") ? Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length : 0);
        }

        return [.. counts];
    }
}

using System.Globalization;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Very many commands in a pod, half of them killed, leave nothing. PODCTL_TEST_EXECS says how many, for a longer proof.</summary>
public sealed class ManyCommandsTests : SystemTest
{
    private const int AtOnce = 4;

    private static readonly int Commands = int.Parse(Environment.GetEnvironmentVariable("PODCTL_TEST_EXECS") ?? "200", CultureInfo.InvariantCulture);

    [SystemFact]
    public async Task Commands_of_which_half_are_killed_leave_nothing()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "100000") { AppFlags = ["--name=app"] });
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "true")).Expect(0);
        (string[] processes, string[] units, int files) before = await CountAsync(pod);
        int killed = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async worker =>
        {
            Random random = new(worker);
            for (int i = worker; i < Commands; i += AtOnce)
            {
                bool isKilled = i / AtOnce % 2 == 0;
                using CliProcess process = CliProcess.Start(Podctl.Program, ["exec", pod.Uuid, "sh", "-c", isKilled ? "exec sleep 1000" : "exit 7"]);
                if (isKilled)
                {
                    using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * 80)));
                    _ = await moment.WaitForNextTickAsync(Ct);
                    process.Signal(Signals.Kill);
                    _ = Interlocked.Increment(ref killed);
                    _ = await process.FinishAsync(Ct);
                }
                else
                {
                    Assert.Equal(7, (await process.FinishAsync(Ct)).ExitCode);
                }
            }
        }));

        Assert.InRange(killed, Commands / 3, Commands);

        await Wait.UntilAsync(async () => (await CountAsync(pod)).Processes.SequenceEqual(before.processes), "the processes are those of before", Wait.Deadline, Ct);
        (string[] _, string[] units, int files) = await CountAsync(pod);
        Assert.Equal(before.units, units);
        Assert.Equal(before.files, files);
        Assert.Equal("running", await pod.StateAsync(Ct));
    }

    private static async Task<(string[] Processes, string[] Units, int Files)> CountAsync(TestPod pod) => (
        [.. Directory.GetFiles(pod.Cgroup, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal)],
        [
            .. (await pod.InsideAsync(Ct, "systemctl", "list-units", "--all", "--plain", "--no-legend")).Split('\n').Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal),
            .. (await Cli.RunAsync(Ct, "systemctl", "list-units", "--all", "--plain", "--no-legend", "rkt-*")).Lines.Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal),
        ],
        Directory.GetFileSystemEntries(pod.Directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Length
            + Directory.GetFileSystemEntries("/run/podctl").Length + Directory.GetFileSystemEntries(Podctl.DataDirectory).Length);
}

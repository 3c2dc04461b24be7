using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Signals to a podctl in the foreground.</summary>
public sealed class SignalTests : SystemTest
{
    private const string Reporter = """
        trap 'echo HUP' HUP; trap 'echo USR1' USR1; trap 'echo USR2' USR2; trap 'echo QUIT' QUIT
        trap 'echo TERM; exit 9' TERM
        echo ready
        while :; do sleep 1 & wait $!; done
        """;

    private const string Stubborn = "trap 'echo asked' TERM; echo ready; while :; do sleep 1 & wait $!; done";

    [SystemFact]
    public async Task Signals_reach_the_app()
    {
        using RunningPod running = Start(Run.Shell(Reporter));
        _ = await running.Process.Output.WaitForAsync("ready\n", Ct);
        foreach ((int signal, string name) in new[] { (Signals.Hangup, "HUP"), (Signals.User1, "USR1"), (Signals.User2, "USR2"), (Signals.Quit, "QUIT") })
        {
            running.Process.Signal(signal);
            _ = await running.Process.Output.WaitForAsync(name + "\n", Ct);
        }

        running.Process.Signal(Signals.Terminate);
        Assert.Equal("ready\nHUP\nUSR1\nUSR2\nQUIT\nTERM\n", (await running.FinishAsync(Ct)).Expect(9).Stdout);
    }

    [SystemTheory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Interrupt)]
    public async Task One_stop_signal_stops_the_app_in_order_with_the_image_s_stop_signal(int signal)
    {
        using RunningPod running = Start(new Run { Image = "variants:stopsignal" });
        _ = await running.Process.Output.WaitForAsync("ready\n", Ct);
        running.Process.Signal(signal);
        Assert.Equal("ready\ngot USR1\n", (await running.FinishAsync(Ct)).Expect(3).Stdout);
        TestPod pod = await running.PodAsync(Ct);
        Assert.Equal(3, await pod.WaitForEndAsync(Ct));
        Assert.Equal("ready\ngot USR1\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task A_second_one_kills()
    {
        using RunningPod running = Start(Run.Shell(Stubborn));
        _ = await running.Process.Output.WaitForAsync("ready\n", Ct);
        running.Process.Signal(Signals.Interrupt);
        _ = await running.Process.Output.WaitForAsync("asked\n", Ct);
        long start = Environment.TickCount64;
        running.Process.Signal(Signals.Interrupt);
        _ = (await running.FinishAsync(Ct)).Expect(128 + Signals.Kill);
        Assert.InRange(Environment.TickCount64 - start, 0, 5000);
    }

    [SystemFact]
    public async Task An_app_that_does_not_stop_is_killed_in_the_end()
    {
        using RunningPod running = Start(new Run { Image = "variants:stubborn" });
        _ = await running.Process.Output.WaitForAsync("ready\n", Ct);
        running.Process.Signal(Signals.Terminate);
        CliResult result = (await running.FinishAsync(Ct)).Expect(128 + Signals.Kill);
        Assert.InRange(result.Elapsed.TotalSeconds, 5, 40);
    }

    [SystemFact]
    public async Task Ctrl_c_at_a_terminal_stops_once_and_kills_twice()
    {
        using PseudoTerminal once = StartAtTerminal(new Run { Image = "variants:stopsignal" });
        _ = await once.Screen.WaitForAsync("ready", Ct);
        once.Type("\x03");
        Assert.Equal(3, await once.ExitAsync(Ct));
        _ = await once.Screen.WaitForAsync("got USR1", Ct);

        using PseudoTerminal twice = StartAtTerminal(Run.Shell(Stubborn));
        _ = await twice.Screen.WaitForAsync("ready", Ct);
        twice.Type("\x03");
        _ = await twice.Screen.WaitForAsync("asked", Ct);
        twice.Type("\x03");
        Assert.Equal(128 + Signals.Kill, await twice.ExitAsync(Ct));
    }

    [SystemFact]
    public async Task A_signal_at_any_moment_of_the_start_ends_podctl_and_leaves_no_pod_running()
    {
        // From the first instruction to well after the app's start.
        for (int milliseconds = 5; milliseconds < 300; milliseconds += 15)
        {
            using RunningPod running = Start(new Run("sleep", "60"));
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(milliseconds));
            _ = await timer.WaitForNextTickAsync(Ct);
            running.Process.Signal(Signals.Terminate);
            CliResult result = await running.FinishAsync(Ct);
            Assert.True(result.ExitCode is 125 or 128 + Signals.Terminate, $"TERM after {milliseconds} ms: {result}");
        }

        await Wait.UntilAsync(
            async () => (await Cli.RunAsync(Ct, "systemctl", "list-units", "--plain", "--no-legend", "rkt-*")).Lines.Length == 0, "no scope is left", Wait.Deadline, Ct);
    }
}

using System.Diagnostics;
using PodManager.Pods;
using PodManager.Tests.Store;
using PodManager.Units;
using Xunit;

namespace PodManager.Tests.Units;

/// <summary>The script of a pod that counts the results of health checks, run by this machine's shell.</summary>
public sealed class HealthScriptTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public HealthScriptTests()
    {
        string script = HealthUnits.Script
            .Replace("/run/podctl/health/", _data["state-"], StringComparison.Ordinal)
            .Replace("mark=/run/", $"mark={_data["mark-"]}", StringComparison.Ordinal)
            .Replace("/proc/uptime", _data["uptime"], StringComparison.Ordinal)
            .Replace("systemctl", "echo", StringComparison.Ordinal)
            .Replace("/etc/systemd/system/", _data["unit-"], StringComparison.Ordinal);
        File.WriteAllText(_data["script"], script);
        File.WriteAllText(_data["state-web"], "");
        SetUptime(100);
        Assert.Equal("", Run("begin web"));
    }

    private string Mark => _data["mark-web.unhealthy"];

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Before_the_first_check_nothing_is_known() => Assert.Equal(("starting", 0, 0), Summary());

    [Fact]
    public void So_many_failures_in_a_row_are_too_many()
    {
        Success();
        Assert.Equal(("healthy", 0, 1), Summary());
        Assert.Equal("", Failure() + Failure());
        Success();
        Assert.Equal(("healthy", 0, 4), Summary());
        Assert.Equal("", Failure() + Failure());
        Assert.Equal(("healthy", 2, 5), Summary());
        Assert.Equal("--no-block try-restart web.service\n", Failure("TERM", "signal"));
        Assert.Equal(("unhealthy", 3, 5), Summary());
        Assert.Equal([143, 1, 1, 0, 1], State().Results.Select(static result => result.ExitCode));
        Assert.InRange(State().Results[0].At, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Success();
        Assert.Equal(("healthy", 0, 5), Summary());
    }

    [Fact]
    public void In_the_time_after_the_start_failures_do_not_count_until_a_check_has_succeeded()
    {
        SetUptime(109);
        Assert.Equal("", Failure() + Failure() + Failure() + Failure());
        Assert.Equal(("starting", 0, 4), Summary());
        Success();
        _ = Failure();
        Assert.Equal(("healthy", 1, 5), Summary());
        _ = Run("begin web");
        SetUptime(119);
        _ = Failure();
        Assert.Equal(("starting", 1, 1), Summary());
    }

    [Fact]
    public void The_time_after_the_start_ends_with_its_timer()
    {
        File.WriteAllText(_data["unit-web-health.start.timer"], "");
        Assert.Equal("", Failure());
        Assert.Equal("--no-block stop web-health.start.timer\n", Success());
        Assert.Equal("", Success());
    }

    [Theory]
    [InlineData("none", "", false)]
    [InlineData("restart", "--no-block try-restart web.service\n", true)]
    [InlineData("stop", "--no-block stop web.service\n", true)]
    [InlineData("kill", "kill --kill-whom=main --signal=KILL web.service\n", false)]
    public void What_is_done_is_done_once_for_each_failure(string action, string expected, bool isMarked)
    {
        SetUptime(200);
        Assert.Equal("", Failure(action: action) + Failure(action: action));
        Assert.Equal(expected, Failure(action: action));
        Assert.Equal(expected, Failure(action: action));
        Assert.Equal(isMarked, File.Exists(Mark));
        _ = Run("begin web");
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public void A_check_that_was_stopped_with_its_app_says_nothing()
    {
        Success();
        Assert.Equal("", Run("result web 1 0 kill", ("MONITOR_EXIT_CODE", "killed"), ("MONITOR_EXIT_STATUS", "KILL"), ("MONITOR_SERVICE_RESULT", "success")));
        Assert.Equal(("healthy", 0, 1), Summary());
    }

    [Theory]
    [InlineData("killed", "KILL", "timeout", 137)]
    [InlineData(null, null, "resources", 125)]
    [InlineData("exited", "203", "exit-code", 203)]
    public void Other_failures_have_a_code_too(string? code, string? status, string verdict, int expected)
    {
        Success();
        _ = Run("result web 3 0 none", ("MONITOR_EXIT_CODE", code), ("MONITOR_EXIT_STATUS", status), ("MONITOR_SERVICE_RESULT", verdict));
        Assert.Equal(("healthy", 1, 2), Summary());
        Assert.Equal(expected, State().Results[0].ExitCode);
    }

    [Fact]
    public void A_state_that_is_damaged_begins_anew()
    {
        File.WriteAllText(_data["state-web"], "");
        Success();
        Assert.Equal(("healthy", 0, 1), Summary());
    }

    private string Success() => Run("result web 3 10 restart", ("MONITOR_EXIT_CODE", "exited"), ("MONITOR_EXIT_STATUS", "0"), ("MONITOR_SERVICE_RESULT", "success"));

    private string Failure(string status = "1", string verdict = "exit-code", string action = "restart") =>
        Run($"result web 3 10 {action}", ("MONITOR_EXIT_CODE", verdict == "signal" ? "killed" : "exited"), ("MONITOR_EXIT_STATUS", status), ("MONITOR_SERVICE_RESULT", verdict));

    private (string, int, int) Summary() => (State().Status, State().FailingStreak, State().Results.Count);

    private HealthState State()
    {
        string text = File.ReadAllText(_data["state-web"]);
        Assert.Equal(HealthState.PaddedLength + 1, text.Length);
        return HealthState.Parse(text) ?? throw new FormatException(text);
    }

    private void SetUptime(int seconds) => File.WriteAllText(_data["uptime"], $"{seconds}.99 1.00\n");

    private string Run(string arguments, params (string Name, string? Value)[] environment)
    {
        ProcessStartInfo info = new("/bin/sh", [_data["script"], .. arguments.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string? value) in environment)
        {
            info.Environment[name] = value;
        }

        using Process process = Process.Start(info)!;
        string output = process.StandardOutput.ReadToEnd();
        Assert.Equal("", process.StandardError.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}

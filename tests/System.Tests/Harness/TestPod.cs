using System.Text.Json;
using Xunit;

namespace System.Tests.Harness;

/// <summary>A pod of a test.</summary>
internal sealed record TestPod(string Uuid)
{
    public string Machine => $"rkt-{Uuid}";

    public string Scope => $"rkt-{Uuid}.scope";

    public string MachineId => Uuid.Replace("-", "", StringComparison.Ordinal);

    public string Cgroup => $"/sys/fs/cgroup/machine.slice/{Scope}";

    public string Directory => $"{Podctl.DataDirectory}/pods/{Uuid}";

    public string Journal => $"/var/log/journal/{MachineId}";

    /// <summary>Whether anything of it runs; its cgroup goes a moment after its last process.</summary>
    public bool HasProcesses
    {
        get
        {
            try
            {
                return File.ReadAllText($"{Cgroup}/cgroup.events").Contains("populated 1", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>`podctl status`, as JSON.</summary>
    public async Task<JsonElement> StatusAsync(CancellationToken ct) =>
        JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(ct, "status", "--format=json", Uuid)).Expect(0).Stdout);

    /// <summary>`podctl inspect`.</summary>
    public async Task<JsonElement> InspectAsync(CancellationToken ct) => JsonSerializer.Deserialize<JsonElement>((await Podctl.RunAsync(ct, "inspect", Uuid)).Expect(0).Stdout)[0];

    /// <summary>Runs a program of the host's in the pod's own root, beside its systemd.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> InsideAsync(CancellationToken ct, params string[] command) =>
        (await Cli.RunAsync(ct, "nsenter", ["-t", $"{await LeaderAsync(ct)}", "--all", "--", .. command])).Expect(0).Stdout.TrimEnd('\n');

    public async Task<string> StateAsync(CancellationToken ct) => (await StatusAsync(ct)).GetProperty("state").GetString()!;

    /// <summary>The PID 1 of the pod, as the host numbers it.</summary>
    public async Task<int> LeaderAsync(CancellationToken ct) => (await StatusAsync(ct)).GetProperty("pid").GetInt32();

    /// <summary>Waits for the pod's end.</summary>
    /// <returns>Its app's exit code; null if it has left none.</returns>
    public async Task<int?> WaitForEndAsync(CancellationToken ct)
    {
        _ = (await Podctl.RunAsync(ct, "status", "--wait=60s", Uuid)).Expect(0);
        JsonElement app = Assert.Single((await StatusAsync(ct)).GetProperty("apps").EnumerateArray());
        return app.TryGetProperty("exit_code", out JsonElement code) ? code.GetInt32() : null;
    }

    /// <summary>Waits until the host's systemd has forgotten the scope.</summary>
    public Task WaitUntilGoneAsync(CancellationToken ct) => Wait.UntilAsync(
        async () => (await Cli.RunAsync(ct, "systemctl", "list-units", "--all", "--plain", "--no-legend", Scope)).Lines.Length == 0, $"{Scope} is gone", Wait.Deadline, ct);

    /// <summary>Waits until the pod has printed something.</summary>
    public Task WaitForLogAsync(string text, CancellationToken ct) => Wait.UntilAsync(
        async () => (await LogsAsync(ct)).Contains(text, StringComparison.Ordinal), $"pod {Uuid} has logged '{text}'", Wait.Deadline, ct);

    /// <summary>What the app has written, as the host's journalctl reads it from the files; `podctl logs` has tests of its own.</summary>
    public async Task<string> LogsAsync(CancellationToken ct) => (await JournalAsync(ct, "-o", "cat", "-t", await AppAsync(ct))).Stdout;

    public Task<CliResult> JournalAsync(CancellationToken ct, params string[] options) =>
        Cli.RunAsync(ct, "journalctl", ["--no-pager", "-q", "-D", Journal, .. options]);

    /// <summary>Properties of an app's service, as the pod's own systemd says them: `NAME=VALUE`.</summary>
    public async Task<string[]> UnitAsync(CancellationToken ct, string app, params string[] properties) =>
        (await InsideAsync(ct, ["systemctl", "show", $"{app}.service", .. properties.SelectMany(static name => new[] { "-p", name })])).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async Task<string> AppAsync(CancellationToken ct) => (await StatusAsync(ct)).GetProperty("app_names")[0].GetString()!;
}

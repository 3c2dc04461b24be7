namespace System.Tests.Harness;

/// <summary>A foreground `podctl run` under way.</summary>
internal sealed class RunningPod(CliProcess process, string uuidFile) : IDisposable
{
    public CliProcess Process => process;

    /// <summary>Waits until the pod has a UUID.</summary>
    public async Task<TestPod> PodAsync(CancellationToken ct)
    {
        // The file appears empty, and then is filled.
        await Wait.UntilAsync(() => new FileInfo(uuidFile) is { Exists: true, Length: 36 } || HasEnded, $"'{uuidFile}' has a UUID", ct);
        return new TestPod(await File.ReadAllTextAsync(uuidFile, ct));
    }

    public Task<CliResult> FinishAsync(CancellationToken ct) => process.FinishAsync(ct);

    public void Dispose() => process.Dispose();

    private bool HasEnded => !Directory.Exists($"/proc/{process.Pid}");
}

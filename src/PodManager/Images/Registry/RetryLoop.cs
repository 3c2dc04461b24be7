namespace PodManager.Images.Registry;

/// <summary>Tries again what may succeed later, a few times, each time after a longer pause or after the one that the registry asks for.</summary>
internal sealed class RetryLoop(TimeProvider clock)
{
    private const int AttemptLimit = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <exception cref="PodctlException">It did not succeed in the end.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken ct)
    {
        for (int attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt();
            }
            catch (RetryException failure)
            {
                await PauseAsync(attempts, failure, ct);
            }
        }
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="PodctlException">There will be none.</exception>
    public async Task PauseAsync(int failures, RetryException failure, CancellationToken ct)
    {
        if (failures >= AttemptLimit)
        {
            throw new PodctlException(ExitCode.Failed, $"tried {failures} times", "try again later", failure);
        }

        TimeSpan pause = failure.After ?? FirstPause * Math.Pow(2, failures - 1);
        if (pause > LongestPause)
        {
            throw new PodctlException(ExitCode.Failed, $"the registry asks to wait {pause.TotalSeconds:F0} seconds", "try again later", failure);
        }

        await Task.Delay(pause, clock, ct);
    }
}

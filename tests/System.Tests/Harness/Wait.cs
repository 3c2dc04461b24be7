using Xunit;

namespace System.Tests.Harness;

/// <summary>Waits with a deadline for what nothing announces.</summary>
internal static class Wait
{
    /// <summary>More than anything takes on a busy machine: whoever waits this long waits in vain.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static Task UntilAsync(Func<bool> condition, string what, CancellationToken ct) =>
        UntilAsync(() => Task.FromResult(condition()), what, Deadline, ct);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan deadline, CancellationToken ct)
    {
        using PeriodicTimer timer = new(Interval);
        long start = Environment.TickCount64;
        while (!await condition())
        {
            if (Environment.TickCount64 - start > deadline.TotalMilliseconds)
            {
                Assert.Fail($"waited {deadline.TotalSeconds} s in vain until {what}");
            }

            _ = await timer.WaitForNextTickAsync(ct);
        }
    }
}

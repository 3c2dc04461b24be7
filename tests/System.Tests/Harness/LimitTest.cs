using System.Diagnostics;
using System.Text.Json;

namespace System.Tests.Harness;

/// <summary>A test of limits under load. Its class needs the trait of <see cref="Machine"/>.</summary>
public abstract class LimitTest : SystemTest
{
    private protected const string Busy = "while :; do :; done";
    private protected const string Idle = "while :; do sleep 1; done";

    protected static readonly TimeSpan MeasuringTime = TimeSpan.FromSeconds(6);

    /// <summary>The part of one CPU that an app gets.</summary>
    private protected static async Task<double> ShareAsync(AppCgroup app)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan before = app.CpuTime;
        await Task.Delay(MeasuringTime, Ct);
        return (app.CpuTime - before) / watch.Elapsed;
    }

    private protected static JsonElement AppOf(JsonElement pod, string name) =>
        pod.GetProperty("apps").EnumerateArray().Single(app => app.GetProperty("name").GetString() == name);

    private protected static JsonElement Json(CliResult result) => JsonSerializer.Deserialize<JsonElement>(result.Expect(0).Stdout);
}

using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Output;

/// <summary>What pods use at one moment.</summary>
internal sealed class PodSample
{
    private readonly TimeProvider _time;
    private readonly long _at;
    private readonly List<(Pod Pod, ResourceFigures Whole, Dictionary<AppName, ResourceFigures> Apps)> _pods = [];

    private PodSample(TimeProvider time)
    {
        _time = time;
        _at = time.GetTimestamp();
    }

    /// <summary>Measures; a pod that has ended meanwhile is left out.</summary>
    public static PodSample Take(IReadOnlyList<Pod> pods, IPodMeter meter, TimeProvider time)
    {
        PodSample sample = new(time);
        foreach (Pod pod in pods)
        {
            if (meter.Measure(pod.Id) is { } whole)
            {
                Dictionary<AppName, ResourceFigures> apps = [];
                foreach (AppName app in pod.Apps.Select(static app => app.Name))
                {
                    if (meter.Measure(pod.Id, app) is { } figures)
                    {
                        apps[app] = figures;
                    }
                }

                sample._pods.Add((pod, whole, apps));
            }
        }

        return sample;
    }

    /// <summary>The figures, with rates since another sample.</summary>
    public IReadOnlyList<PodStatsView> Since(PodSample before)
    {
        TimeSpan elapsed = _time.GetElapsedTime(before._at, _at);
        return
        [
            .. _pods.Select(entry =>
            {
                var last = before._pods.FirstOrDefault(other => other.Pod.Id == entry.Pod.Id);
                return new PodStatsView(
                    entry.Pod.Id.ToString(),
                    entry.Pod.Record?.Name?.ToString(),
                    UsageView.Of(entry.Whole, last.Whole, elapsed),
                    [.. entry.Apps.Select(app => new AppStatsView(app.Key.ToString(), UsageView.Of(app.Value, last.Apps?.GetValueOrDefault(app.Key), elapsed)))]);
            }),
        ];
    }
}

using System.Diagnostics;

namespace PodManager.Lifecycle;

/// <summary>Where the time of a start goes, step by step, for --debug.</summary>
internal sealed class StartTrace(bool isOn)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<(TimeSpan At, string Step)> _marks = [];

    /// <summary>The steps so far, each with the time since podctl began to work on the command.</summary>
    public IReadOnlyList<(TimeSpan At, string Step)> Marks => _marks;

    public void Mark(string step)
    {
        if (isOn)
        {
            lock (_marks)
            {
                _marks.Add((Stopwatch.GetElapsedTime(_started), step));
            }
        }
    }
}

using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Limits as properties of a scope (org.freedesktop.systemd1(5)).</summary>
internal static class LimitProperties
{
    private const ulong MicrosecondsInMillis = 1000; // of a CPU in one second

    public static IEnumerable<UnitProperty> Of(ResourceLimits limits)
    {
        if (limits.MemoryBytes is { } memory)
        {
            yield return new UnitProperty.UInt64("MemoryMax", Number(memory));
        }

        if (limits.CpuMillis is { } millis)
        {
            yield return new UnitProperty.UInt64("CPUQuotaPerSecUSec", millis == ResourceLimits.None ? ulong.MaxValue : (ulong)millis * MicrosecondsInMillis);
        }

        if (limits.CpuShares is { } shares)
        {
            yield return new UnitProperty.UInt64("CPUWeight", shares == ResourceLimits.None ? ulong.MaxValue : (ulong)LimitLines.WeightOf(shares));
        }

        if (limits.Tasks is { } tasks)
        {
            yield return new UnitProperty.UInt64("TasksMax", Number(tasks));
        }

        if (limits.IoWeight is { } weight)
        {
            yield return new UnitProperty.UInt64("IOWeight", Number(weight));
        }

        if (limits.Io.Count > 0)
        {
            yield return Io("IOReadBandwidthMax", limits, static limit => limit.ReadBytes);
            yield return Io("IOWriteBandwidthMax", limits, static limit => limit.WriteBytes);
            yield return Io("IOReadIOPSMax", limits, static limit => limit.ReadOperations);
            yield return Io("IOWriteIOPSMax", limits, static limit => limit.WriteOperations);
        }
    }

    // All four, so that a change takes away what it does not name.
    private static UnitProperty.PathNumbers Io(string name, ResourceLimits limits, Func<IoLimit, long?> rate) =>
        new(name, [.. limits.Io.Select(limit => (limit.Path, rate(limit) is { } value ? (ulong)value : ulong.MaxValue))]);

    private static ulong Number(long value) => value == ResourceLimits.None ? ulong.MaxValue : (ulong)value;
}

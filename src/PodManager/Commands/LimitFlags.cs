using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags that limit what a pod or an app uses: before the first image the pod as a whole, after an image its app, and of `update` either.</summary>
internal sealed class LimitFlags
{
    private const string NoneWord = "none";

    private readonly Flag<long?> _memory;
    private readonly Flag<long?> _cpu;
    private readonly Flag<long?> _cpuShares;
    private readonly Flag<long?> _tasks;
    private readonly Flag<long?> _ioWeight;
    private readonly Flag<IReadOnlyList<IoLimit>>? _io;

    /// <param name="mayBeNone">Whether limits can be taken away.</param>
    /// <param name="hasDevices">Whether block devices can be limited.</param>
    public LimitFlags(bool mayBeNone, bool hasDevices)
    {
        _memory = Limit("--memory", "SIZE", "memory at most, such as 64M or 1Gi", IsolationValues.ReadMemory, mayBeNone);
        _cpu = Limit("--cpu", "N", "CPU time at most, such as 500m or 2", IsolationValues.ReadCpu, mayBeNone);
        _cpuShares = Limit("--cpu-shares", "N", "weight when CPU time is short, 1024 being neutral", IsolationValues.ReadShares, mayBeNone);
        _tasks = Limit("--pids-limit", "N", "processes and threads at most", IsolationValues.ReadTasks, mayBeNone);
        _ioWeight = Limit("--io-weight", "N", "weight when disks are busy, from 1 to 10000, 100 being neutral", IsolationValues.ReadIoWeight, mayBeNone);
        _io = hasDevices
            ? Flags.Many<IoLimit>("--io-limit", "PATH,read=SIZE,…", "bytes (read, write) or operations (read-iops, write-iops) a second of the disk that has PATH", IsolationValues.ReadIoLimit)
            : null;
    }

    public IReadOnlyList<Option> All => _io is null ? [_memory, _cpu, _cpuShares, _tasks, _ioWeight] : [_memory, _cpu, _cpuShares, _tasks, _ioWeight, _io];

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        foreach (string path in Io(parsed).CountBy(static limit => limit.Path).Where(static entry => entry.Value > 1).Select(static entry => entry.Key))
        {
            yield return $"--io-limit: '{path}' is given twice";
        }

        foreach (IoLimit limit in Io(parsed).Where(static limit => !Path.Exists(limit.Path)))
        {
            yield return $"--io-limit: there is nothing at '{limit.Path}'";
        }
    }

    public bool HasDevices(ParseResult parsed) => Io(parsed).Count > 0;

    public ResourceLimits Read(ParseResult parsed) => new()
    {
        MemoryBytes = _memory.Of(parsed),
        CpuMillis = _cpu.Of(parsed),
        CpuShares = _cpuShares.Of(parsed),
        Tasks = _tasks.Of(parsed),
        IoWeight = _ioWeight.Of(parsed),
        Io = Io(parsed),
    };

    private IReadOnlyList<IoLimit> Io(ParseResult parsed) => _io?.Of(parsed) ?? [];

    private static Flag<long?> Limit(string name, string value, string description, ValueReader<long?> read, bool mayBeNone) => mayBeNone
        ? Flags.One<long?>(name, $"{value}|{NoneWord}", description, (string text, out long? limit) => ReadOrNone(read, text, out limit), null)
        : Flags.One(name, value, description, read, null);

    private static string? ReadOrNone(ValueReader<long?> read, string text, out long? value)
    {
        value = ResourceLimits.None;
        return text == NoneWord ? null : read(text, out value);
    }
}

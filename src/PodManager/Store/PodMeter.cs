using System.Globalization;
using System.Text;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Reads cgroups, and /proc. What is gone while it looks is left out.</summary>
internal sealed class PodMeter : IPodMeter
{
    private const string Slice = "system.slice";
    private const int TicksPerSecond = 100; // USER_HZ, time(7)

    public ResourceFigures? Measure(PodId pod) => MeasureAt(pod.Cgroup);

    public ResourceFigures? Measure(PodId pod, AppName app) => MeasureAt($"{pod.Cgroup}/{Slice}/{app}.service");

    public IReadOnlyList<PodProcess> Processes(PodId pod) =>
        [.. PidsBelow(pod.Cgroup, "").Select(static entry => Read(entry.Pid, entry.Service)).OfType<PodProcess>().OrderBy(static process => process.PodPid)];

    /// <summary>Reads the files of one cgroup.</summary>
    internal static ResourceFigures? MeasureAt(string cgroup)
    {
        if (Text($"{cgroup}/cgroup.procs") is null)
        {
            return null;
        }

        string? io = Text($"{cgroup}/io.stat");
        return new ResourceFigures
        {
            CpuTime = Number(Value($"{cgroup}/cpu.stat", "usage_usec")) is long microseconds ? TimeSpan.FromMicroseconds(microseconds) : null,
            CpuLimitMillis = CpuLimit(Text($"{cgroup}/cpu.max")),
            MemoryBytes = Number(Text($"{cgroup}/memory.current")),
            MemoryLimitBytes = Number(Text($"{cgroup}/memory.max")),
            Tasks = Number(Text($"{cgroup}/pids.current")),
            TaskLimit = Number(Text($"{cgroup}/pids.max")),
            ReadBytes = io is null ? null : Sum(io, "rbytes="),
            WrittenBytes = io is null ? null : Sum(io, "wbytes="),
            OomKills = Number(Value($"{cgroup}/memory.events", "oom_kill")),
        };
    }

    /// <summary>`QUOTA PERIOD`, both in microseconds, or `max PERIOD`.</summary>
    internal static long? CpuLimit(string? text) =>
        text?.Split(' ') is [var quota, var period] && Number(quota) is long used && Number(period) is long and > 0 and var all ? used * 1000 / all : null;

    /// <summary>A line for each device: `8:0 rbytes=1 wbytes=2 …`.</summary>
    internal static long Sum(string text, string key) => text.Split([' ', '\n'])
        .Where(word => word.StartsWith(key, StringComparison.Ordinal)).Sum(word => Number(word[key.Length..]) ?? 0);

    private static string? Value(string path, string key) => Text(path)?.Split('\n')
        .FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal))?[(key.Length + 1)..];

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string? Text(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY);
            return Files.ReadText(file).TrimEnd('\n');
        }
        catch (NativeException)
        {
            return null; // the controller is not there, or the cgroup is not, any more
        }
    }

    private static IEnumerable<(int Pid, string Service)> PidsBelow(string directory, string service)
    {
        foreach (string line in (Text($"{directory}/cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Number(line) is long and > 0 and var pid)
            {
                yield return ((int)pid, service);
            }
        }

        string[] below;
        try
        {
            below = Directory.GetDirectories(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (string child in below)
        {
            // A service may have cgroups of its own below.
            string name = Path.GetFileName(child);
            foreach ((int Pid, string Service) entry in PidsBelow(child, service.Length == 0 && name.EndsWith(".service", StringComparison.Ordinal) ? name : service))
            {
                yield return entry;
            }
        }
    }

    private static PodProcess? Read(int pid, string service)
    {
        if (Text($"/proc/{pid}/stat") is not string stat || Text($"/proc/{pid}/status") is not string status)
        {
            return null;
        }

        // The name, field 2, is in parentheses and may hold spaces and parentheses of its own; field 3 is the state.
        int end = stat.LastIndexOf(')');
        string[] fields = stat[(end + 2)..].Split(' ');
        string? Line(string key) => status.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..];

        // As each namespace from the host's on numbers it; the pod's is the second.
        string[] numbers = (Line("NSpid:") ?? "").Split('\t', StringSplitOptions.RemoveEmptyEntries);
        string[] users = (Line("Uid:") ?? "").Split('\t', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 14 || numbers.Length < 2 || users.Length < 2 ? null : new PodProcess(
            pid,
            (int)(Number(numbers[1]) ?? 0),
            service,
            (uint)(Number(users[1]) ?? 0),
            fields[0].Length > 0 ? fields[0][0] : '?',
            TimeSpan.FromSeconds((double)((Number(fields[11]) ?? 0) + (Number(fields[12]) ?? 0)) / TicksPerSecond),
            (Number(Line("VmRSS:")?.Trim().Split(' ')[0]) ?? 0) * 1024,
            CommandOf(pid) is { Length: > 0 } command ? command : $"[{stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end]}]");
    }

    private static string CommandOf(int pid)
    {
        try
        {
            using Fd file = Files.Open($"/proc/{pid}/cmdline", O_RDONLY);
            return Encoding.UTF8.GetString(Files.ReadBytes(file)).TrimEnd('\0').Replace('\0', ' ');
        }
        catch (NativeException)
        {
            return "";
        }
    }
}

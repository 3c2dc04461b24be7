using System.Globalization;

namespace System.Tests.Harness;

/// <summary>An app's cgroup, as the host's kernel shows it.</summary>
internal sealed record AppCgroup(TestPod Pod, string App)
{
    public string Directory => $"{Pod.Cgroup}/system.slice/{App}.service";

    public string Text(string file) => File.ReadAllText($"{Directory}/{file}").TrimEnd('\n');

    public long Number(string file) => long.Parse(Text(file), CultureInfo.InvariantCulture);

    /// <summary>Of a file with a name and a number in each line.</summary>
    public long Number(string file, string key) =>
        long.Parse(Text(file).Split('\n').Single(line => line.StartsWith(key + " ", StringComparison.Ordinal))[(key.Length + 1)..], CultureInfo.InvariantCulture);

    public TimeSpan CpuTime => TimeSpan.FromMicroseconds(Number("cpu.stat", "usage_usec"));

    public int[] Pids => [.. Text("cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];
}

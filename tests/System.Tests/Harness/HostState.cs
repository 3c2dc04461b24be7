using System.Globalization;
using Xunit;

namespace System.Tests.Harness;

/// <summary>Everything on the host that a pod could leave behind, one line each, so that "nothing left" is a comparison.</summary>
internal sealed class HostState
{
    private const string MachineSlice = "/sys/fs/cgroup/machine.slice";

    // The kernel and systemd take a pod apart after its last process has ended.
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(20);

    private readonly SortedSet<string> _facts = new(StringComparer.Ordinal);

    private HostState()
    {
    }

    public static async Task<HostState> TakeAsync(CancellationToken ct)
    {
        HostState state = new();
        await state.AddUnitsAsync(ct);
        state.AddMounts();
        state.AddProcesses();
        state.AddNames("pod", $"{Podctl.DataDirectory}/pods");
        state.AddNames("id range", $"{Podctl.DataDirectory}/ids");
        state.AddNames("pod name", $"{Podctl.DataDirectory}/names");
        state.AddNames("journal", "/var/log/journal");
        state.AddNames("journal", "/run/log/journal");
        state.AddNames("runtime file", "/run/podctl");
        _ = state._facts.Remove("runtime file /run/podctl/cache"); // of the host, not of a pod
        _ = state._facts.Remove("runtime file /run/podctl/leases"); // likewise: what is in it counts
        state.AddNetworks();
        state.AddNames("machine file", "/run/systemd/machines");
        state.AddNames("transient unit", "/run/systemd/transient", "rkt-*");
        state.AddUnfinished();
        return state;
    }

    /// <summary>Waits until the host is as it was; fails with what has been left.</summary>
    public async Task ExpectSameAsync(CancellationToken ct)
    {
        HostState now = await TakeAsync(ct);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        for (long start = Environment.TickCount64; !IsSame(now) && Environment.TickCount64 - start < SettleTime.TotalMilliseconds; now = await TakeAsync(ct))
        {
            _ = await timer.WaitForNextTickAsync(ct);
        }

        if (!IsSame(now))
        {
            Assert.Fail($"the host has changed ({SettleTime.TotalSeconds} s later):\n{string.Join('\n', Differences(now))}");
        }
    }

    /// <summary>How many things there are of a kind: `scope`, `machine`, `process`…</summary>
    public int Count(string kind) => _facts.Count(fact => fact.StartsWith(kind + " ", StringComparison.Ordinal));

    public override string ToString() => string.Join('\n', _facts);

    // What was there before and is gone now is nothing left behind: the end of another test's pod may fall into this one.
    private bool IsSame(HostState other) => other._facts.IsSubsetOf(_facts);

    private IEnumerable<string> Differences(HostState now) =>
        [.. now._facts.Except(_facts).Select(static fact => $"  left behind: {fact}"), .. _facts.Except(now._facts).Select(static fact => $"  missing: {fact}")];

    private async Task AddUnitsAsync(CancellationToken ct)
    {
        CliResult units = await Cli.RunAsync(ct, "systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager", "rkt-*");
        _facts.UnionWith(units.Expect(0).Lines.Select(static line => $"scope {line.Split(' ', 2)[0]}"));

        // Not `machinectl`: machined itself may be what is missing.
        CliResult machines = await Cli.RunAsync(
            ct, "busctl", "--json=short", "--auto-start=no", "call", "org.freedesktop.machine1", "/org/freedesktop/machine1", "org.freedesktop.machine1.Manager", "ListMachines");
        _facts.UnionWith(machines.Stdout.Split('"').Where(static word => word.StartsWith("rkt-", StringComparison.Ordinal)).Select(static word => $"machine {word}"));
    }

    private void AddMounts()
    {
        foreach (string line in File.ReadLines("/proc/1/mountinfo"))
        {
            // proc(5), mountinfo: the mount point is the fifth field, the type the first after the dash.
            string[] fields = line.Split(' ');
            _ = _facts.Add($"mount {fields[Array.IndexOf(fields, "-") + 1]} on {fields[4]}");
        }
    }

    private void AddNetworks()
    {
        AddNames("joined network", $"{Podctl.DataDirectory}/networks");
        foreach (string network in DirectoriesBelow("/run/podctl/leases"))
        {
            foreach (string lease in Directory.EnumerateFiles(network).Where(static file => char.IsAsciiHexDigit(Path.GetFileName(file)[0]) && Path.GetFileName(file).AsSpan().IndexOfAny('.', ':') > 0))
            {
                _ = _facts.Add($"lease {lease}");
            }
        }

        _facts.UnionWith(Directory.EnumerateDirectories("/sys/class/net").Select(Path.GetFileName).Where(static name => name!.StartsWith("veth", StringComparison.Ordinal)).Select(static name => $"interface {name}"));
    }

    private void AddProcesses()
    {
        foreach (string cgroup in DirectoriesBelow(MachineSlice))
        {
            _ = _facts.Add($"cgroup {cgroup[MachineSlice.Length..]}");
            _facts.UnionWith(Read($"{cgroup}/cgroup.procs").Select(pid => $"process {pid} ({Comm(pid)}) in {cgroup[MachineSlice.Length..]}"));
        }

        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            string pid = Path.GetFileName(path);
            if (int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out _) && Comm(pid) is "podctl" or "stage1")
            {
                _ = _facts.Add($"process {pid} ({Comm(pid)})");
            }
        }
    }

    private void AddNames(string kind, string directory, string pattern = "*")
    {
        try
        {
            _facts.UnionWith(Directory.EnumerateFileSystemEntries(directory, pattern).Select(path => $"{kind} {path}"));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing of this kind, then.
        }
    }

    /// <summary>What podctl has not finished in its store has a name with a dot in front.</summary>
    private void AddUnfinished()
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, AttributesToSkip = FileAttributes.None };
        foreach (string kind in new[] { "images", "layers" })
        {
            string directory = $"{Podctl.DataDirectory}/{kind}";
            if (Directory.Exists(directory))
            {
                _facts.UnionWith(Directory.EnumerateFileSystemEntries(directory, ".*", all).Select(path => $"unfinished {path}"));
            }
        }
    }

    private static string Comm(string pid) => Read($"/proc/{pid}/comm").FirstOrDefault() ?? "gone";

    private static IEnumerable<string> DirectoriesBelow(string directory)
    {
        string[] children;
        try
        {
            children = Directory.GetDirectories(directory);
        }
        catch (IOException)
        {
            yield break; // it has just gone
        }

        foreach (string child in children)
        {
            yield return child;
            foreach (string grandchild in DirectoriesBelow(child))
            {
                yield return grandchild;
            }
        }
    }

    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // a process or cgroup that has just gone
        }
    }
}

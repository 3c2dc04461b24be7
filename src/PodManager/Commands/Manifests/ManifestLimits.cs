using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>What a pod as a whole, or an app, may use at most, in a manifest.</summary>
internal static class ManifestLimits
{
    private const string NoRate = "none";

    // The keys, and what `--io-limit` calls the same.
    private static readonly (string Key, string Word)[] Rates = [("read", "read"), ("write", "write"), ("readIops", "read-iops"), ("writeIops", "write-iops")];

    /// <summary>What a pod and an app can both be limited to.</summary>
    public static ResourceLimits Read(ManifestSection section) => new()
    {
        MemoryBytes = section.Value<long?>("memory", IsolationValues.ReadMemory, null),
        CpuMillis = section.Value<long?>("cpu", IsolationValues.ReadCpu, null),
        CpuShares = section.Number<long?>("cpuShares", IsolationValues.ReadShares, null),
        Tasks = section.Number<long?>("pidsLimit", IsolationValues.ReadTasks, null),
        IoWeight = section.Number<long?>("ioWeight", IsolationValues.ReadIoWeight, null),
    };

    /// <summary>With the limits of disks, which only a pod has.</summary>
    public static ResourceLimits ReadOfPod(ManifestSection pod)
    {
        List<IoLimit> disks = [];
        foreach (ManifestSection section in pod.Sections("ioLimits"))
        {
            if (ReadDisk(section) is not { } limit)
            {
                continue;
            }

            if (disks.Any(other => other.Path == limit.Path))
            {
                section.Fault("path", $"'{limit.Path}' is there twice");
            }

            disks.Add(limit);
        }

        return Read(pod) with { Io = disks };
    }

    private static IoLimit? ReadDisk(ManifestSection section)
    {
        section.Require("path", "a limit of a disk");
        string? path = section.Value<string?>("path", ReadPath, null);
        List<string> rates = [];
        bool isSaid = false;
        foreach ((string key, string word) in Rates)
        {
            isSaid |= section.Has(key);
            if (section.Value<string?>(key, (string text, out string? value) => ReadRate(text, word, out value), null) is { } rate)
            {
                rates.Add(rate);
            }
        }

        section.End("a limit of a disk");
        if (!isSaid)
        {
            section.Fault("path", "it limits nothing: say read, write, readIops or writeIops");
        }

        return path is not null && rates.Count > 0 && IsolationValues.ReadIoLimit(string.Join(',', rates.Prepend(path)), out IReadOnlyList<IoLimit> limits) is null ? limits[0] : null;
    }

    private static string? ReadPath(string text, out string? value)
    {
        value = text;
        return text.Contains(',', StringComparison.Ordinal) ? $"'{text}' has a comma, which such a path cannot have"
            : IsolationValues.ReadIoLimit($"{text},read={NoRate}", out _) ?? (Path.Exists(text) ? null : $"there is nothing at '{text}'");
    }

    private static string? ReadRate(string text, string word, out string? value)
    {
        value = $"{word}={text}";
        return text.Contains(',', StringComparison.Ordinal) ? $"'{text}' is no rate" : IsolationValues.ReadIoLimit($"/,{value}", out _);
    }
}

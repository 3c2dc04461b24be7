using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags of `run` about volumes.</summary>
internal sealed class VolumeFlags
{
    private readonly Flag<IReadOnlyList<VolumeOption>> _volumes = Flags.Many<VolumeOption>(
        "--volume", "NAME,kind=host|empty,…", "a volume, for --mount to show; or SOURCE:TARGET[:ro] for both at once", ReadVolumes);

    private readonly Flag<IReadOnlyList<VolumeMount>> _mounts = Flags.Many<VolumeMount>(
        "--mount", "volume=NAME,target=PATH", "show a volume to the app", ReadMounts);

    public IReadOnlyList<Option> All => [_volumes, _mounts];

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        IReadOnlyList<PodVolume> volumes = Volumes(parsed);
        foreach (string name in volumes.CountBy(static volume => volume.Name).Where(static entry => entry.Value > 1).Select(static entry => entry.Key))
        {
            yield return name.StartsWith('/') ? $"--volume: '{name}' is the target of two volumes" : $"--volume: there are two volumes '{name}'";
        }

        foreach (VolumeMount mount in Mounts(parsed).Where(mount => !volumes.Any(volume => volume.Name == mount.Volume)))
        {
            yield return $"--mount: there is no volume '{mount.Volume}' for '{mount.Target}'";
        }

        foreach (PodVolume volume in volumes.Where(static volume => volume.Source is { } source && !Path.Exists(source)))
        {
            yield return $"--volume: there is nothing at '{volume.Source}'";
        }
    }

    public IReadOnlyList<PodVolume> Volumes(ParseResult parsed) => [.. _volumes.Of(parsed).Select(static option => option.Volume)];

    /// <summary>The first for a target counts, and what is mounted above comes before what is below.</summary>
    public IReadOnlyList<VolumeMount> Mounts(ParseResult parsed) =>
    [
        .. _mounts.Of(parsed)
            .Concat(_volumes.Of(parsed).Where(static option => option.Target is not null).Select(static option => new VolumeMount(option.Volume.Name, option.Target!)))
            .DistinctBy(static mount => mount.Target)
            .OrderBy(static mount => mount.Target.Count(static c => c == '/')),
    ];

    private static string? ReadVolumes(string text, out IReadOnlyList<VolumeOption> value)
    {
        string? fault = VolumeValues.ReadVolume(text, out VolumeOption? volume);
        value = volume is null ? [] : [volume];
        return fault;
    }

    private static string? ReadMounts(string text, out IReadOnlyList<VolumeMount> value)
    {
        string? fault = VolumeValues.ReadMount(text, out VolumeMount? mount);
        value = mount is null ? [] : [mount];
        return fault;
    }
}

using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags about volumes: before the first image for all apps, after an image for its app.</summary>
internal sealed class VolumeFlags
{
    private readonly Flag<IReadOnlyList<VolumeOption>> _volumes = Flags.Many<VolumeOption>(
        "--volume", "NAME,kind=host|empty,…", "a volume, for --mount to show; or SOURCE:TARGET[:ro] for both at once", ReadVolumes);

    private readonly Flag<IReadOnlyList<VolumeMount>> _mounts = Flags.Many<VolumeMount>(
        "--mount", "volume=NAME,target=PATH", "show a volume to the app", ReadMounts);

    public VolumeFlags() => _volumes.Aliases.Add("-v");

    public IReadOnlyList<Option> All => [_volumes, _mounts];

    /// <param name="volumes">All of a pod's.</param>
    /// <param name="mounts">Those of all its apps.</param>
    public static IEnumerable<string> Faults(IReadOnlyList<PodVolume> volumes, IReadOnlyList<VolumeMount> mounts)
    {
        foreach (string name in volumes.CountBy(static volume => volume.Name).Where(static entry => entry.Value > 1).Select(static entry => entry.Key))
        {
            yield return name.StartsWith('/') ? $"--volume: '{name}' is the target of two volumes" : $"--volume: there are two volumes '{name}'";
        }

        foreach (VolumeMount mount in mounts.Where(mount => !volumes.Any(volume => volume.Name == mount.Volume)).Distinct())
        {
            yield return $"--mount: there is no volume '{mount.Volume}' for '{mount.Target}'";
        }

        foreach (PodVolume volume in volumes.Where(static volume => volume.Source is { } source && !Path.Exists(source)))
        {
            yield return $"--volume: there is nothing at '{volume.Source}'";
        }
    }

    /// <param name="parsed">The flags of the pod or of one app.</param>
    /// <param name="app">Which app's they are, from 0; in each app another volume may be at the same place.</param>
    /// <param name="name">Instead of the number, for an app that is added later.</param>
    public IEnumerable<PodVolume> Volumes(ParseResult parsed, int app = 0, AppName? name = null) => _volumes.Of(parsed).Select(option => option.Volume with { Name = NameOf(option, app, name) });

    /// <summary>What is seen where: by `--mount`, and by the short form of `--volume`.</summary>
    public IEnumerable<VolumeMount> Mounts(ParseResult parsed, int app = 0, AppName? name = null) =>
        _mounts.Of(parsed).Concat(_volumes.Of(parsed).Where(static option => option.Target is not null).Select(option => new VolumeMount(NameOf(option, app, name), option.Target!)));

    // The first app shares the names of the pod, so that what is said twice for a pod of one app is told.
    private static string NameOf(VolumeOption option, int app, AppName? name) => option.Target is not null && name is not null ? $"{name}:{option.Volume.Name}" : option.Target is null || app == 0 ? option.Volume.Name : $"{app}:{option.Volume.Name}";

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

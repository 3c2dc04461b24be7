using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>The volumes of a pod in its manifest.</summary>
internal sealed class ManifestVolumes
{
    private const string Host = "host";
    private const string Empty = "empty";

    public ManifestVolumes(IReadOnlyList<ManifestSection> sections)
    {
        List<PodVolume> volumes = [];
        foreach (ManifestSection section in sections)
        {
            if (Read(section) is not { } volume)
            {
                HasFaults = true;
            }
            else if (volumes.Any(other => other.Name == volume.Name))
            {
                section.Fault("name", $"there are two volumes '{volume.Name}'");
            }
            else
            {
                volumes.Add(volume);
            }
        }

        All = volumes;
    }

    public IReadOnlyList<PodVolume> All { get; }

    /// <summary>One or more could not be read, so that nobody knows which there are.</summary>
    public bool HasFaults { get; }

    private static PodVolume? Read(ManifestSection section)
    {
        section.Require("name", "a volume");
        section.Require("kind", "a volume");
        string? kind = section.Value<string?>("kind", ReadKind, null);
        string? name = section.Value<string?>("name", kind == Host ? ReadHostName : VolumeValues.ReadName!, null);
        PodVolume volume = new() { Name = name ?? "", IsReadOnly = section.Switch("readOnly", absent: false) };
        switch (kind)
        {
            case Host:
                section.Require("source", "a volume of kind host");
                volume = volume with
                {
                    Source = section.Value<string?>("source", ReadSource, null),
                    IsRecursive = section.Switch("recursive", absent: true),
                    IsIdMapped = section.Switch("idmap", absent: true),
                };
                break;
            case Empty:
                volume = volume with
                {
                    Mode = section.Value<uint>("mode", VolumeValues.ReadMode, volume.Mode),
                    Uid = section.Number<uint>("uid", VolumeValues.ReadId, 0),
                    Gid = section.Number<uint>("gid", VolumeValues.ReadId, 0),
                };
                break;
            default:
                return null; // which keys it may have is not known
        }

        section.End($"a volume of kind {kind}");
        return name is null ? null : volume;
    }

    private static string? ReadKind(string text, out string? value)
    {
        value = text;
        return text is Host or Empty ? null : $"'{text}' is no kind of volume: use {Host} or {Empty}";
    }

    private static string? ReadSource(string text, out string? value) =>
        VolumeValues.ReadSource(text, out value) ?? (Path.Exists(value) ? null : $"there is nothing at '{value}'");

    // What `--volume=SOURCE:TARGET` makes is called by its target, behind the number of its app if that is not the first. Only the host's, as no directory is named so.
    private static string? ReadHostName(string text, out string? value)
    {
        value = text;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string target = colon > 0 && text.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0 ? text[(colon + 1)..] : text;
        return target.StartsWith('/') && !target.Any(char.IsControl) ? null : VolumeValues.ReadName(text, out value);
    }
}

using Common.Native;
using PodManager.Images.Registry;
using PodManager.Pods;

namespace PodManager.Images.Configuration;

/// <summary>
/// What registries.conf and its drop-ins say together: `/etc/containers/registries.conf`, or else `/usr/share/containers/registries.conf`, then
/// `/etc/containers/registries.conf.d/*.conf`. A later file's entry for a prefix replaces an earlier one's, and so do search lists and aliases.
/// </summary>
internal sealed class RegistriesConfiguration
{
    private readonly Dictionary<string, RegistryEntry> _entries = [];
    private readonly Dictionary<string, (string Target, string File)> _aliases = [];
    private (IReadOnlyList<string> Hosts, string File)? _search;

    private RegistriesConfiguration()
    {
    }

    public static RegistriesConfiguration Read(HostEnvironment host)
    {
        RegistriesConfiguration all = new();
        foreach (string path in Files(host))
        {
            using Fd? file = HostEnvironment.Open(path);
            if (file is not null)
            {
                all.Add(RegistriesToml.Parse(HostEnvironment.Read(file, path), path), path);
            }
        }

        return all;
    }

    /// <summary>The files in the order in which they count, the last the most.</summary>
    public static IReadOnlyList<string> Files(HostEnvironment host)
    {
        string main = host.Path("/etc/containers/registries.conf");
        return
        [
            File.Exists(main) ? main : host.Path("/usr/share/containers/registries.conf"),
            .. HostEnvironment.FilesIn(host.Path("/etc/containers/registries.conf.d"), ".conf", withLinks: true),
        ];
    }

    /// <summary>The image that a short name stands for.</summary>
    /// <exception cref="PodctlException">There are several.</exception>
    public RegistryRef Resolve(RegistryRef image)
    {
        if (image.ShortName is not { } name)
        {
            return image;
        }

        if (_aliases.TryGetValue(name, out (string Target, string File) alias))
        {
            return image.WithName(alias.Target) ?? throw new PodctlException(
                ExitCode.Usage, $"cannot use the alias '{name}' in '{alias.File}': '{alias.Target}' is no HOST/NAME without tag or digest");
        }

        return _search switch
        {
            null or { Hosts: [] } => image,
            { Hosts: [var host] } search => image.WithName($"{host}/{name}") ?? throw new PodctlException(
                ExitCode.Usage, $"cannot read '{search.File}': '{host}' in unqualified-search-registries is no registry"),
            { } search => throw new PodctlException(
                ExitCode.Usage,
                $"the short name '{name}' can be any of {string.Join(", ", search.Hosts.Select(host => $"'{host}/{name}'"))}",
                $"write the registry, too, or make an alias; '{search.File}' has the list"),
        };
    }

    /// <summary>Where an image may be had: mirrors first, in their order, then the registry itself.</summary>
    /// <exception cref="PodctlException">It is blocked.</exception>
    public IReadOnlyList<RegistryEndpoint> Places(string host, string repository, bool isDigest)
    {
        string name = repository.Length > 0 ? $"{host}/{repository}" : host;
        RegistryEntry? entry = _entries.Values.MaxBy(entry => entry.MatchLength(name));
        if (entry is null || entry.MatchLength(name) == 0)
        {
            return [new RegistryEndpoint(host, repository)];
        }

        if (entry.IsBlocked)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"registry '{entry.Prefix}' is blocked by '{entry.File}'");
        }

        string rest = name[entry.MatchLength(name)..];
        return
        [
            .. entry.Mirrors.Where(mirror => mirror.Use == MirrorUse.All || mirror.Use == MirrorUse.DigestOnly == isDigest)
                .Append(entry.Registry)
                .Select(place => Endpoint(place, name, rest, entry)),
        ];
    }

    private static RegistryEndpoint Endpoint(RegistryPlace place, string name, string rest, RegistryEntry entry)
    {
        string[] parts = (place.Location.Length == 0 ? name : place.Location + rest).Split('/', 2);
        return RegistryRef.IsHost(parts[0]) && (parts.Length == 1 || RegistryRef.IsRepository(parts[1]))
            ? new RegistryEndpoint(parts[0], parts.Length > 1 ? parts[1] : "", place.IsInsecure)
            : throw new PodctlException(ExitCode.Usage, $"cannot read '{entry.File}': the location '{place.Location}' of '{entry.Prefix}' is no HOST[:PORT][/PATH]");
    }

    private void Add(TomlRegistries file, string path)
    {
        foreach (RegistryEntry entry in RegistriesFile.Entries(file, path))
        {
            if (_entries.TryGetValue(entry.Prefix, out RegistryEntry? other) && other.File == path)
            {
                throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': '{entry.Prefix}' has two [[registry]] tables");
            }

            _entries[entry.Prefix] = entry;
        }

        _search = file.UnqualifiedSearchRegistries is null ? _search : (file.UnqualifiedSearchRegistries, path);
        foreach ((string name, string target) in file.Aliases ?? [])
        {
            // An empty one takes an earlier file's away.
            if (target.Length == 0)
            {
                _ = _aliases.Remove(name);
            }
            else
            {
                _aliases[name] = (target, path);
            }
        }
    }
}

namespace PodManager.Pods;

/// <summary>An image in a registry, by the ecosystem's rules: `busybox` is `docker.io/library/busybox:latest`.</summary>
internal sealed record RegistryRef : ImageRef
{
    private const string DefaultHost = "docker.io";
    private const int MaximumNameLength = 255;
    private const int MaximumTagLength = 128;

    private RegistryRef(string host, string repository, string? tag, Digest? digest, string? shortName)
    {
        ShortName = shortName;
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry's name with its port, as users write it, e.g. `127.0.0.1:5000`.</summary>
    public string Host { get; }

    /// <summary>The path in the registry, e.g. `library/busybox`.</summary>
    public string Repository { get; }

    /// <summary>Null if <see cref="Digest"/> is given, which says more.</summary>
    public string? Tag { get; }

    /// <summary>The manifest's, if the reference pins it.</summary>
    public Digest? Digest { get; }

    /// <summary>The name as it was written, without tag and digest, if no registry was written: settings may say what it stands for.</summary>
    public string? ShortName { get; }

    public override string Name => Digest is null ? $"{Host}/{Repository}:{Tag}" : $"{Host}/{Repository}@{Digest}";

    public override string TrustName => $"{Host}/{Repository}";

    /// <summary>The same tag or digest of another repository.</summary>
    /// <param name="name">`HOST/REPOSITORY`.</param>
    /// <returns>Null if it is none.</returns>
    internal RegistryRef? WithName(string name) =>
        !name.Contains('@', StringComparison.Ordinal)
        && name.LastIndexOf(':') <= name.LastIndexOf('/')
        && Read(Digest is null ? $"{name}:{Tag}" : $"{name}@{Digest}", out ImageRef? other, out _) is null
        && other is RegistryRef { ShortName: null } full
            ? full
            : null;

    internal static string? Read(string text, out ImageRef? reference, out string? hint)
    {
        reference = null;
        hint = null;
        string rest = text;
        Digest? digest = null;
        string? tag = null;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Pods.Digest.TryParse(rest[(at + 1)..], out digest))
            {
                hint = "a digest is sha256: and 64 lower-case hexadecimal digits";
                return $"'{rest[(at + 1)..]}' is not a digest";
            }

            rest = rest[..at];
        }

        int colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!IsTag(tag))
            {
                hint = "a tag has at most 128 letters, digits, '.', '_' and '-', and starts with none of the last two";
                return $"'{tag}' is not a tag";
            }
        }

        (string host, string repository, bool isShort) = SplitHost(rest);
        if (!IsHost(host))
        {
            hint = "a registry is HOST or HOST:PORT";
            return $"'{host}' is not a registry's host name";
        }

        string? problem = CheckRepository(repository, ref hint);
        if (problem is not null)
        {
            return problem;
        }

        string? shortName = isShort ? repository : null;
        if (IsWrittenHost(host.ToLowerInvariant()))
        {
            host = host.ToLowerInvariant(); // else capitals are what tells it from a part of a path
        }

        if (host is "index.docker.io" or "registry-1.docker.io")
        {
            host = DefaultHost;
        }

        if (host == DefaultHost && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = $"library/{repository}";
        }

        reference = new RegistryRef(host, repository, digest is null ? tag ?? "latest" : null, digest, shortName);
        return null;
    }

    // The first component is a host if it cannot be part of a path in the default registry.
    private static (string Host, string Repository, bool IsShort) SplitHost(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (DefaultHost, name, true);
        }

        string first = name[..slash];
        return IsWrittenHost(first) ? (first, name[(slash + 1)..], false) : (DefaultHost, name, true);
    }

    private static bool IsWrittenHost(string first) => first == "localhost" || first.Any(static c => c is '.' or ':' or '[' || char.IsAsciiLetterUpper(c));

    /// <summary>Whether it is `HOST` or `HOST:PORT`.</summary>
    internal static bool IsHost(string host)
    {
        string name = host;
        int colon = host.LastIndexOf(':');
        if (colon > host.LastIndexOf(']'))
        {
            string port = host[(colon + 1)..];
            if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, provider: null, out ushort number) || number == 0)
            {
                return false;
            }

            name = host[..colon];
        }

        return name.StartsWith('[')
            ? name.EndsWith(']') && System.Net.IPAddress.TryParse(name, out _)
            : name.Length > 0 && name.Split('.').All(static part => part.Length > 0 && part[0] != '-' && part[^1] != '-'
                && part.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }

    /// <summary>Whether it can be a path in a registry.</summary>
    internal static bool IsRepository(string path)
    {
        string? hint = null;
        return CheckRepository(path, ref hint) is null;
    }

    private static bool IsTag(string tag) => tag.Length is > 0 and <= MaximumTagLength && tag[0] is not ('.' or '-')
        && tag.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static string? CheckRepository(string repository, ref string? hint)
    {
        if (repository.Length == 0)
        {
            hint = "use docker://[HOST[:PORT]/]NAME[:TAG|@DIGEST]";
            return "the name is missing";
        }

        if (repository.Length > MaximumNameLength)
        {
            return $"the name is longer than {MaximumNameLength} characters";
        }

        if (repository.Any(char.IsAsciiLetterUpper))
        {
            hint = $"did you mean '{repository.ToLowerInvariant()}'?";
            return "an image's name is lower case";
        }

        foreach (string part in repository.Split('/'))
        {
            if (!IsPathComponent(part))
            {
                hint = "a name has lower-case letters and digits, single '.', one or two '_' or any '-' between them, and '/' between its parts";
                return part.Length == 0 ? "a part of the name is empty" : $"'{part}' is not valid in a name";
            }
        }

        return null;
    }

    // distribution-spec: [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
    private static bool IsPathComponent(string part)
    {
        if (part.Length == 0 || !IsAlphanumeric(part[0]) || !IsAlphanumeric(part[^1]))
        {
            return false;
        }

        int start = 0;
        for (int i = 0; i <= part.Length; i++)
        {
            if (i < part.Length && !IsAlphanumeric(part[i]))
            {
                continue;
            }

            string separator = part[start..i];
            if (separator is not ("" or "." or "_" or "__") && separator.Any(static c => c != '-'))
            {
                return false;
            }

            start = i + 1;
        }

        return true;
    }

    private static bool IsAlphanumeric(char c) => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c);
}

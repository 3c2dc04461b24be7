using System.Text;
using System.Text.Json;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>The rules of containers-policy.json(5), as far as they are about signatures by keys of Sigstore's kind; what asks for more is refused, never skipped.</summary>
internal sealed class ContainersPolicy
{
    private const int LimitBytes = 1 << 20;
    private const int KeyBytes = 64 * 1024;

    private readonly string _path;
    private readonly PolicyFile _file;

    private ContainersPolicy(string path, PolicyFile file)
    {
        _path = path;
        _file = file;
    }

    /// <exception cref="PodctlException">It is missing or not valid.</exception>
    public static ContainersPolicy Read(string path)
    {
        byte[] content = TrustFiles.Read(path, LimitBytes) ?? throw Refused(path, "there is no such file");
        try
        {
            PolicyFile? file = JsonSerializer.Deserialize(content, TrustConfigJson.Default.PolicyFile);
            return file is { Default.Count: > 0 } ? new ContainersPolicy(path, file) : throw Refused(path, "it has no 'default'");
        }
        catch (JsonException damaged)
        {
            throw Refused(path, $"it is not valid at line {damaged.LineNumber + 1}, byte {damaged.BytePositionInLine + 1}");
        }
    }

    /// <summary>What an image has to meet: the entry of the narrowest scope that it is in.</summary>
    public IReadOnlyList<TrustRequirement> For(ImageRef image)
    {
        (string transport, IEnumerable<string> scopes) = ScopesOf(image);
        Dictionary<string, IReadOnlyList<PolicyEntry>>? entries = _file.Transports?.GetValueOrDefault(transport);
        string? scope = scopes.FirstOrDefault(scope => entries?.ContainsKey(scope) == true);
        IReadOnlyList<PolicyEntry> chosen = scope is null ? _file.Default! : entries![scope];
        string where = scope switch { null => "default", "" => transport, _ => $"{transport} {scope}" };
        return chosen is { Count: > 0 } && chosen.All(static entry => entry is not null) ? [.. chosen.Select(entry => Requirement(entry, $"policy of {where}"))] : throw Refused(_path, $"'{where}' has no requirement");
    }

    private static (string Transport, IEnumerable<string> Scopes) ScopesOf(ImageRef image) => image switch
    {
        RegistryRef registry => ("docker", [registry.Name, .. Parents(registry.TrustName), .. Wildcards(registry.Host), ""]),
        LayoutRef layout => ("oci", [layout.Name["oci:".Length..], .. Parents(layout.Directory), ""]),
        ArchiveRef { Format: ArchiveFormat.Oci } archive => ("oci-archive", [.. Parents(archive.File), ""]),
        _ => (image.Name.Split(':')[0], [""]),
    };

    private static IEnumerable<string> Parents(string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1))
        {
            yield return name[..end];
        }
    }

    private static IEnumerable<string> Wildcards(string host)
    {
        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            yield return $"*{host[dot..]}";
        }
    }

    private TrustRequirement Requirement(PolicyEntry entry, string rule)
    {
        switch (entry.Type)
        {
            case "insecureAcceptAnything":
                return new TrustRequirement($"{rule}: insecureAcceptAnything", RequirementKind.AcceptAnything, [], new NamedIdentity());
            case "reject":
                return new TrustRequirement($"the {rule} in '{_path}'", RequirementKind.Reject, [], new NamedIdentity());
            case "sigstoreSigned":
                string? problem = PolicyMatch.TryCreate(entry.SignedIdentity, out PolicyMatch? identity);
                return problem is null ? new TrustRequirement(rule, RequirementKind.Signed, KeysOf(entry, rule), identity!) : throw Refused(_path, $"{rule}: {problem}");
            case "signedBy":
                throw Refused(_path, $"{rule}: 'signedBy' (GPG) is not supported", hint: "'sigstoreSigned' with 'keyPath' is");
            default:
                throw Refused(_path, $"{rule}: the type '{entry.Type}' is not known");
        }
    }

    private List<TrustedKey> KeysOf(PolicyEntry entry, string rule)
    {
        if (entry is { Fulcio: not null } or { Pki: not null } or { RekorPublicKeyPath: not null } or { RekorPublicKeyPaths: not null }
            or { RekorPublicKeyData: not null } or { RekorPublicKeyDatas: not null })
        {
            throw Refused(_path, $"{rule}: certificates and transparency logs (fulcio, pki, rekor…) are not supported", hint: "'sigstoreSigned' with 'keyPath' is");
        }

        string[] paths = [.. entry.KeyPath is null ? [] : (string[])[entry.KeyPath], .. (entry.KeyPaths ?? []).OfType<string>()];
        byte[][] datas = [.. entry.KeyData is null ? [] : (byte[][])[entry.KeyData], .. (entry.KeyDatas ?? []).OfType<byte[]>()];
        List<TrustedKey> keys = [];
        foreach (string path in paths)
        {
            TrustEvidence version = TrustFiles.Version(path);
            byte[] content = TrustFiles.Read(path, KeyBytes) ?? throw Refused(_path, $"{rule}: there is no key '{path}'");
            keys.Add(new TrustedKey(Parse(content, path), rule, [version]));
        }

        keys.AddRange(datas.Select(data => new TrustedKey(Parse(data, "keyData"), rule, [])));
        bool isOneKind = new object?[] { entry.KeyPath, entry.KeyPaths, entry.KeyData, entry.KeyDatas }.Count(static kind => kind is not null) == 1;
        return isOneKind && keys.Count > 0 ? keys : throw Refused(_path, $"{rule}: it needs one of keyPath, keyPaths, keyData and keyDatas");
    }

    private PublicKey Parse(byte[] content, string what)
    {
        string? problem = PublicKey.TryParse(Encoding.UTF8.GetString(content), out PublicKey? key);
        return problem is null ? key! : throw Refused(_path, $"'{what}': {problem}");
    }

    private static PodctlException Refused(string path, string why, Exception? cause = null, string? hint = null) =>
        new(ExitCode.NotPermitted, $"cannot say who is trusted: '{path}': {why}", hint, cause);
}

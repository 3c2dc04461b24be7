using Common.Native;

namespace PodManager.Images.Credentials;

/// <summary>One file in the format of auth.json, with the helpers that it names.</summary>
internal sealed class CredentialFile
{
    private readonly AuthFile _file;
    private readonly FileStatus _status;

    private CredentialFile(string path, AuthFile file, FileStatus status)
    {
        Path = path;
        _file = file;
        _status = status;
    }

    public string Path { get; }

    /// <returns>Null if it does not exist.</returns>
    public static CredentialFile? Read(string path)
    {
        byte[]? content = SecretFile.Read(path, out FileStatus status);
        bool isEmpty = content is not null && content.All(static c => c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t');
        return content is null ? null : new CredentialFile(path, isEmpty ? new AuthFile() : CredentialJson.Parse(content, CredentialJson.Default.AuthFile, path), status);
    }

    /// <summary>The login for a repository: from the host's own helper, from the file, from the helper for all.</summary>
    public async Task<Credential?> FindAsync(string host, string repository, SecretFile secrets, CredentialHelpers helpers, CancellationToken ct)
    {
        if (HelperOf(host) is { } own)
        {
            return await helpers.GetAsync(own, host, Path, ct);
        }

        foreach (string candidate in CredentialKey.Candidates(host, repository))
        {
            foreach ((string key, AuthEntry? entry) in _file.Auths ?? [])
            {
                if (entry is { IsEmpty: false } && CredentialKey.Normalize(key) == candidate)
                {
                    secrets.WarnIfOpen(Path, _status);
                    return entry.Read(Path) ?? throw new PodctlException(
                        ExitCode.Usage, $"cannot read '{Path}': the login for '{key}' is damaged", $"`podctl login {host}` makes a new one");
                }
            }
        }

        return string.IsNullOrEmpty(_file.CredsStore) ? null : await helpers.GetAsync(_file.CredsStore, host, Path, ct);
    }

    /// <summary>Whether it has a login of its own under exactly this name.</summary>
    public bool Holds(string name) => (_file.Auths ?? []).Any(entry => entry.Value is { IsEmpty: false } && CredentialKey.Normalize(entry.Key) == name);

    /// <summary>Every registry or namespace that has a login here, or a helper of its own.</summary>
    public IReadOnlyList<string> Names =>
        [.. (_file.Auths ?? []).Select(static entry => entry.Key).Concat((_file.CredHelpers ?? []).Keys).Select(CredentialKey.Normalize).Distinct()];

    /// <summary>The helper that keeps a host's login; null if the file does.</summary>
    public string? KeeperOf(string host) => HelperOf(host) ?? (string.IsNullOrEmpty(_file.CredsStore) ? null : _file.CredsStore);

    private string? HelperOf(string host) =>
        (_file.CredHelpers ?? []).Where(helper => helper.Value.Length > 0 && CredentialKey.Normalize(helper.Key) == host).Select(static helper => helper.Value).FirstOrDefault();
}

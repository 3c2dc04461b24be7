using PodManager.Lifecycle;

namespace PodManager.Images.Credentials;

/// <summary>Finds logins in all the places where this host may have them. Reads nothing before it is asked.</summary>
internal sealed class CredentialStore(HostEnvironment host, string? authFile, IMessageSink messages, TimeSpan? helperTimeout = null) : ICredentialSource
{
    private static readonly TimeSpan HelperTimeout = TimeSpan.FromSeconds(30);

    private readonly SecretFile _secrets = new(messages);
    private readonly CredentialHelpers _helpers = new(host, helperTimeout ?? HelperTimeout);

    public async Task<Credential?> FindAsync(string registry, string repository, CancellationToken ct)
    {
        if (CredentialPlaces.Named(host, authFile) is { } named)
        {
            CredentialFile file = CredentialFile.Read(named)
                ?? throw new PodctlException(ExitCode.Usage, $"cannot read '{named}': it does not exist", "`podctl login --authfile` makes it");
            return await file.FindAsync(registry, repository, _secrets, _helpers, ct);
        }

        foreach (string path in CredentialPlaces.Usual(host))
        {
            if (CredentialFile.Read(path) is { } file && await file.FindAsync(registry, repository, _secrets, _helpers, ct) is { } found)
            {
                messages.Debug($"the login for '{registry}' is from '{found.Origin}'");
                return found;
            }
        }

        return new DockerAuthDirectory(CredentialPlaces.Directories(host), _secrets).Find(registry);
    }
}

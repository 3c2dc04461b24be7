using PodManager.Images.Registry;
using PodManager.Lifecycle;

namespace PodManager.Images.Credentials;

/// <summary>Tries, keeps and forgets logins: in an auth.json, or in the helper that it names.</summary>
internal sealed class Logins(HostEnvironment host, RegistryAccess registries, IMessageSink messages) : ILogins
{
    private static readonly TimeSpan HelperTimeout = TimeSpan.FromSeconds(30);

    private readonly CredentialHelpers _helpers = new(host, HelperTimeout);

    public async Task<string> LoginAsync(LoginRequest request, CancellationToken ct)
    {
        string name = CredentialKey.Normalize(request.Registry);
        string target = CredentialPlaces.Target(host, request.Options.AuthFile);
        string? keeper = IsHost(name) ? CredentialFile.Read(target)?.KeeperOf(name) : null;
        Credential login = Credential.OfPassword(request.User, request.Password, "the command line");
        await TryAsync(name, login, request.Options, ct);
        if (keeper is not null)
        {
            await _helpers.StoreAsync(keeper, name, request.User, request.Password, target, ct);
            return $"docker-credential-{keeper}";
        }

        CredentialWriter.Add(target, name, login);
        return target;
    }

    public async Task<string?> LogoutAsync(string registry, string? authFile, CancellationToken ct)
    {
        string name = CredentialKey.Normalize(registry);
        string target = CredentialPlaces.Target(host, authFile);
        string? keeper = IsHost(name) ? CredentialFile.Read(target)?.KeeperOf(name) : null;
        string? place = null;
        if (keeper is not null && await _helpers.GetAsync(keeper, name, target, ct) is not null)
        {
            await _helpers.EraseAsync(keeper, name, target, ct);
            place = $"docker-credential-{keeper}";
        }

        place = CredentialWriter.Remove(target, name) ? target : place;
        foreach (string other in CredentialPlaces.Named(host, authFile) is null ? CredentialPlaces.Usual(host).Where(path => path != target) : [])
        {
            if (CredentialFile.Read(other)?.Holds(name) == true)
            {
                messages.Warn($"'{other}' has a login for '{name}', too, leaving it there (`podctl logout --authfile={other} {name}` removes it)");
            }
        }

        return place;
    }

    public async Task<IReadOnlyList<string>> LogoutAllAsync(string? authFile, CancellationToken ct)
    {
        string target = CredentialPlaces.Target(host, authFile);
        CredentialFile? file = CredentialFile.Read(target);
        List<string> names = [];
        foreach (string name in file?.Names ?? [])
        {
            if (await LogoutAsync(name, target, ct) is not null)
            {
                names.Add(name);
            }
        }

        return names;
    }

    private async Task TryAsync(string name, Credential login, FetchOptions options, CancellationToken ct)
    {
        string[] parts = name.Split('/', 2);
        try
        {
            using RegistryClient client = registries.Connect(parts[0], parts.Length > 1 ? parts[1] : "", options, login);
            using HttpResponseMessage response = await client.Retries.RunAsync(() => client.GetAsync(new RegistryRequest("", "login", Accept: []), ct), ct);
            if (!client.IsLoginUsed)
            {
                messages.Warn($"'{name}' asks for no login, keeping it all the same");
            }
        }
        catch (PodctlException refused) when (refused.Code == ExitCode.NotPermitted)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot log in to '{name}'", "the user or the password may be wrong", refused);
        }
        catch (PodctlException failure)
        {
            throw new PodctlException(failure.Code, $"cannot log in to '{name}'", failure.Hint, failure);
        }
    }

    private static bool IsHost(string name) => !name.Contains('/', StringComparison.Ordinal);
}

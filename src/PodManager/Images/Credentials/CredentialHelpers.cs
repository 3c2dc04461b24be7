using System.Text;
using System.Text.Json;
using PodManager.Lifecycle;

namespace PodManager.Images.Credentials;

/// <summary>Speaks with credential helpers, the programs `docker-credential-NAME`: a word as argument, the rest over their standard streams.</summary>
internal sealed class CredentialHelpers(HostEnvironment host, TimeSpan timeout)
{
    private const int AnswerLimit = 1 << 20;
    private const string Prefix = "docker-credential-";

    // All helpers come from one library, and say so in these words.
    private const string NotFound = "credentials not found in native keychain";

    /// <returns>Null if the helper has no login for the host.</returns>
    public async Task<Credential?> GetAsync(string name, string registry, string file, CancellationToken ct)
    {
        string server = CredentialKey.ForHelper(registry);
        (int code, byte[] output) = await RunAsync(name, "get", Encoding.UTF8.GetBytes(server), file, ct);
        if (code != 0)
        {
            // Nothing else of what it says is repeated: it knows secrets.
            return Encoding.UTF8.GetString(output).Contains(NotFound, StringComparison.Ordinal)
                ? null
                : throw new PodctlException(
                    ExitCode.Failed, $"'{Prefix}{name}', which '{file}' names, fails with exit code {code} for '{registry}'", $"`echo {server} | {Prefix}{name} get` shows why");
        }

        try
        {
            HelperAnswer? answer = JsonSerializer.Deserialize(output, CredentialJson.Default.HelperAnswer);
            return answer is { Username.Length: > 0, Secret: not null } ? Credential.OfPassword(answer.Username, answer.Secret, $"{Prefix}{name}") : null;
        }
        catch (JsonException)
        {
            throw new PodctlException(ExitCode.Failed, $"'{Prefix}{name}', which '{file}' names, gives no valid answer for '{registry}'");
        }
    }

    public async Task StoreAsync(string name, string registry, string user, string secret, string file, CancellationToken ct)
    {
        HelperAnswer login = new() { ServerUrl = CredentialKey.ForHelper(registry), Username = user, Secret = secret };
        (int code, _) = await RunAsync(name, "store", JsonSerializer.SerializeToUtf8Bytes(login, CredentialJson.Default.HelperAnswer), file, ct);
        if (code != 0)
        {
            throw new PodctlException(ExitCode.Failed, $"'{Prefix}{name}', which '{file}' names, does not keep the login for '{registry}': exit code {code}");
        }
    }

    public async Task EraseAsync(string name, string registry, string file, CancellationToken ct)
    {
        (int code, byte[] output) = await RunAsync(name, "erase", Encoding.UTF8.GetBytes(CredentialKey.ForHelper(registry)), file, ct);
        if (code != 0 && !Encoding.UTF8.GetString(output).Contains(NotFound, StringComparison.Ordinal))
        {
            throw new PodctlException(ExitCode.Failed, $"'{Prefix}{name}', which '{file}' names, does not erase the login for '{registry}': exit code {code}");
        }
    }

    private async Task<(int Code, byte[] Output)> RunAsync(string name, string action, byte[] input, string file, CancellationToken ct)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new PodctlException(ExitCode.Usage, $"cannot read '{file}': '{name}' is no name of a credential helper");
        }

        string program = Prefix + name;
        string path = (host.Variable("PATH") ?? "").Split(':').Where(static directory => directory.StartsWith('/')).Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists)
            ?? throw new PodctlException(ExitCode.HostLacks, $"there is no program '{program}', which '{file}' names", "install it, or take it out of the file");
        return await Task.Run(() => ProgramCall.Run(path, [program, action], input, timeout, AnswerLimit, ct), ct);
    }
}

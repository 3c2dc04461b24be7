using Common.Native;

namespace PodManager.Images.Credentials;

/// <summary>Logins in rkt's files: `*.json` in auth.d, of the kind `dockerAuth`. Between directories the first counts, within one a registry is named once.</summary>
internal sealed class DockerAuthDirectory(IReadOnlyList<string> directories, SecretFile secrets)
{
    public Credential? Find(string host)
    {
        foreach (string directory in directories)
        {
            if (Find(directory, host) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private Credential? Find(string directory, string host)
    {
        Dictionary<string, string> seen = [];
        Credential? found = null;
        foreach (string path in HostEnvironment.FilesIn(directory, ".json", withLinks: false))
        {
            byte[]? content = SecretFile.Read(path, out FileStatus status);
            if (content is null || Check(CredentialJson.Parse(content, CredentialJson.Default.DockerAuthFile, path), path) is not { } file)
            {
                continue;
            }

            secrets.WarnIfOpen(path, status);
            foreach (string registry in file.Registries!.Select(CredentialKey.Normalize).Distinct())
            {
                if (!seen.TryAdd(registry, path))
                {
                    throw new PodctlException(ExitCode.Usage, $"cannot read '{path}': the login for '{registry}' is already in '{seen[registry]}'");
                }

                found = registry == host ? Credential.OfPassword(file.Credentials!.User!, file.Credentials.Password!, path) : found;
            }
        }

        return found;
    }

    /// <returns>Null for a file that is about other things than registries.</returns>
    private static DockerAuthFile? Check(DockerAuthFile file, string path)
    {
        if (file.RktVersion != "v1")
        {
            throw Refused(path, "its rktVersion is not v1");
        }

        return file.RktKind switch
        {
            "auth" => null, // for archives behind web addresses, which podctl does not fetch
            "dockerAuth" when file.Registries is not { Count: > 0 } => throw Refused(path, "it names no registries"),
            "dockerAuth" when file.Credentials is not { User.Length: > 0, Password: not null } => throw Refused(path, "it has no user or no password"),
            "dockerAuth" => file,
            _ => throw Refused(path, "its rktKind is neither dockerAuth nor auth"),
        };
    }

    private static PodctlException Refused(string path, string why) => new(ExitCode.Usage, $"cannot read '{path}': {why}");
}

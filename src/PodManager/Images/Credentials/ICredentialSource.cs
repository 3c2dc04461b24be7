namespace PodManager.Images.Credentials;

/// <summary>Knows logins.</summary>
internal interface ICredentialSource
{
    /// <returns>Null if there is none for this repository.</returns>
    Task<Credential?> FindAsync(string host, string repository, CancellationToken ct);
}

namespace PodManager.Images.Credentials;

/// <summary>One login, to be tried.</summary>
internal sealed class FixedCredential(Credential? credential) : ICredentialSource
{
    public Task<Credential?> FindAsync(string host, string repository, CancellationToken ct) => Task.FromResult(credential);
}

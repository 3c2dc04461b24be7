namespace PodManager.Lifecycle;

/// <summary>The user's logins for registries.</summary>
internal interface ILogins
{
    /// <summary>Tries a login with the registry, and keeps it if it is good.</summary>
    /// <returns>Where it is kept.</returns>
    /// <exception cref="PodctlException">The registry refuses it, or it cannot be kept.</exception>
    Task<string> LoginAsync(LoginRequest request, CancellationToken ct);

    /// <summary>Forgets a login.</summary>
    /// <returns>Where it was; null if there was none.</returns>
    Task<string?> LogoutAsync(string registry, string? authFile, CancellationToken ct);

    /// <summary>Forgets every login in the file.</summary>
    /// <returns>The registries.</returns>
    Task<IReadOnlyList<string>> LogoutAllAsync(string? authFile, CancellationToken ct);
}

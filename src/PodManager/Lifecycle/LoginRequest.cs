namespace PodManager.Lifecycle;

/// <summary>A login that is to be tried and kept. No record: its members are secrets.</summary>
internal sealed class LoginRequest
{
    /// <summary>`HOST[:PORT][/NAMESPACE]`.</summary>
    public required string Registry { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    /// <summary>How the registry may be reached, and where the login is kept.</summary>
    public required FetchOptions Options { get; init; }
}

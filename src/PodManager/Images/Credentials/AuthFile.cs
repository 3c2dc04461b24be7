namespace PodManager.Images.Credentials;

/// <summary>An auth.json, or what podctl needs of Docker's config.json.</summary>
internal sealed class AuthFile
{
    /// <summary>By `HOST`, `HOST/NAMESPACE…`, or Docker's addresses such as `https://HOST/v1/`.</summary>
    public Dictionary<string, AuthEntry?>? Auths { get; init; }

    /// <summary>Names of helper programs by host.</summary>
    public Dictionary<string, string>? CredHelpers { get; init => field = JsonLists.WithoutNulls(value); }

    /// <summary>The helper for all other hosts.</summary>
    public string? CredsStore { get; init; }
}

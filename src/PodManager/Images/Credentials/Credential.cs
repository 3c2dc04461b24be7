using System.Text;

namespace PodManager.Images.Credentials;

/// <summary>A login for a registry. No record: what prints a record prints its members.</summary>
internal sealed class Credential
{
    /// <summary>The name under which helpers keep an identity token instead of a password.</summary>
    public const string TokenUser = "<token>";

    private Credential(string origin) => Origin = origin;

    /// <summary>Where it was found, for messages.</summary>
    public string Origin { get; }

    public string? User { get; private init; }

    public string? Password { get; private init; }

    /// <summary>An OAuth 2 refresh token, for which the token service gives tokens; null if there is a password.</summary>
    public string? IdentityToken { get; private init; }

    /// <summary>A token that goes to the registry as it is.</summary>
    public string? RegistryToken { get; private init; }

    /// <summary>User and password as the Basic scheme writes them (RFC 7617); null if it has none.</summary>
    public string? Basic => User is null || Password is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    public static Credential OfPassword(string user, string password, string origin) =>
        user == TokenUser ? OfIdentityToken(password, origin) : new Credential(origin) { User = user, Password = password };

    public static Credential OfIdentityToken(string token, string origin) => new(origin) { IdentityToken = token };

    public static Credential OfRegistryToken(string token, string origin) => new(origin) { RegistryToken = token };

    /// <summary>Reads `USER:PASSWORD` in base64.</summary>
    /// <returns>Null if it is nothing of the kind.</returns>
    public static Credential? OfBasic(string text, string origin)
    {
        try
        {
            // Docker ends some of them with a zero byte.
            string plain = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(text)).TrimEnd('\0');
            int colon = plain.IndexOf(':', StringComparison.Ordinal);
            return colon <= 0 ? null : OfPassword(plain[..colon], plain[(colon + 1)..], origin);
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"login from '{Origin}'";
}

using System.Net.Http.Headers;
using System.Text;

namespace PodManager.Images.Registry;

/// <summary>A registry's demand for a token (RFC 6750, distribution's token authentication).</summary>
/// <param name="Realm">Who gives the tokens.</param>
/// <param name="Service">The registry's name to that service.</param>
/// <param name="Scope">What the token is to be good for.</param>
internal sealed record Challenge(Uri Realm, string? Service, string? Scope)
{
    /// <summary>The address to ask for a token that anybody gets.</summary>
    public Uri TokenUri
    {
        get
        {
            StringBuilder query = new(Realm.Query.TrimStart('?'));
            foreach ((string key, string? value) in (ReadOnlySpan<(string, string?)>)[("service", Service), ("scope", Scope)])
            {
                if (!string.IsNullOrEmpty(value))
                {
                    _ = query.Append(query.Length > 0 ? "&" : "").Append(key).Append('=').Append(Uri.EscapeDataString(value));
                }
            }

            return new UriBuilder(Realm) { Query = query.ToString() }.Uri;
        }
    }

    /// <summary>Whether a user and a password will do.</summary>
    public static bool WantsBasic(HttpResponseMessage response) =>
        response.Headers.WwwAuthenticate.Any(static header => header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase));

    /// <returns>Null if it does not ask for a token; a password, perhaps.</returns>
    public static Challenge? From(HttpResponseMessage response)
    {
        foreach (AuthenticationHeaderValue header in response.Headers.WwwAuthenticate)
        {
            if (!header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            Dictionary<string, string> parameters = Parse(header.Parameter ?? "");
            if (Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out Uri? realm))
            {
                return new Challenge(realm, parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
            }
        }

        return null;
    }

    // key=value or key="value", with commas between them; a scope has commas inside its quotes.
    private static Dictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        int i = 0;
        while (i < text.Length)
        {
            int equals = text.IndexOf('=', i);
            if (equals < 0)
            {
                break;
            }

            string key = text[i..equals].Trim(' ', ',', '\t');
            i = equals + 1;
            StringBuilder value = new();
            bool isQuoted = i < text.Length && text[i] == '"';
            i += isQuoted ? 1 : 0;
            while (i < text.Length && text[i] != (isQuoted ? '"' : ','))
            {
                i += isQuoted && text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
                _ = value.Append(text[i++]);
            }

            parameters[key] = value.ToString().Trim();
            i++;
        }

        return parameters;
    }
}

using System.Net;
using System.Text.Json;
using Common.Native;
using PodManager.Images.Credentials;
using PodManager.Images.Oci;

namespace PodManager.Images.Registry;

/// <summary>What an answer other than "here it is" means.</summary>
internal static class Refusal
{
    private const int BodyLimit = 64 * 1024;

    /// <summary>Whether the same request may succeed later.</summary>
    public static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    public static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (response.Headers.Date ?? date),
        _ => null,
    };

    /// <summary>What to do about a refusal for want of rights.</summary>
    public static string LoginHint(string host, Credential? login) => login is null
        ? $"the name may be wrong, or the repository private: `podctl login {host}`"
        : $"the login is from '{login.Origin}'; `podctl login {host}` makes a new one";

    public static async Task<Exception> ExplainAsync(HttpResponseMessage response, RegistryRequest request, string host, Credential? login, CancellationToken ct)
    {
        string detail = await ReadDetailAsync(response, ct);
        string says = $"'{host}' answers {(int)response.StatusCode}{(detail.Length > 0 ? $" ({detail})" : "")}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new PodctlException(
                ExitCode.NotPermitted, $"{request.What}: {says}", LoginHint(host, login)),
            HttpStatusCode.NotFound => new PodctlException(ExitCode.NotFound, $"{request.What}: {says}", "the name or the tag may be wrong"),
            var status when IsPassing(status) => new RetryException($"{request.What}: {says}", RetryAfter(response)),
            _ => new PodctlException(ExitCode.Failed, $"{request.What}: {says}"),
        };
    }

    /// <summary>Reads a small answer.</summary>
    /// <exception cref="PodctlException">It is larger than it may be.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limitBytes, string what, CancellationToken ct)
    {
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(ct);
            using MemoryStream content = new();
            byte[] buffer = new byte[16 * 1024];
            int got;
            while ((got = await body.ReadAsync(buffer, ct)) > 0)
            {
                content.Write(buffer, 0, got);
                if (content.Length > limitBytes)
                {
                    throw new PodctlException(ExitCode.Failed, $"{what} is larger than {limitBytes >> 20} MiB");
                }
            }

            return content.ToArray();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new RetryException($"the connection broke while {what} came", after: null, broken);
        }
    }

    // The first of the registry's own reasons; what is no JSON is for browsers.
    private static async Task<string> ReadDetailAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            byte[] body = await ReadAsync(response, BodyLimit, "the registry's refusal", ct);
            RegistryError? first = JsonSerializer.Deserialize(body, OciJson.Default.RegistryErrors)?.Errors is [var error, ..] ? error : null;
            string text = first?.Message is { Length: > 0 } message ? message : first?.Code ?? "";
            return ByteText.Escape(System.Text.Encoding.UTF8.GetBytes(text.Length > 200 ? text[..200] : text));
        }
        catch (Exception unreadable) when (unreadable is JsonException or PodctlException or RetryException)
        {
            return "";
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Images.Registry;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>What a registry answers besides images.</summary>
public sealed class AnswerFuzzTests
{
    private static readonly string[] Words =
    [
        "Bearer ", "Basic ", "realm=", "service=", "scope=", "\"", "\\", ",", "=", "==", " ", "\t", "https://", "http://", "mailto:x", "file:///etc/passwd", "urn:x:y", "https://[::1", "https://a:99999/", "https://a?b#c", "%", "%zz", "\u00e9", "\ud7ff", "\\ud800", "?", "#", "data:,x", "//",
    ];

    [Fact]
    public Task Challenges()
    {
        byte[][] seeds =
        [
            .. ((string[])
            [
                "Bearer realm=\"https://auth.example/token?x=1\",service=\"registry.example\",scope=\"repository:team/app:pull,push\"",
                "Basic realm=\"Registry\"", "bearer realm=https://auth.example/token, service=x", "Bearer realm=\"a\\\"b\",error=\"invalid_token\", Basic realm=x",
            ]).Select(Encoding.UTF8.GetBytes),
        ];
        return Fuzz.RunAsync("challenge", new Mutator(seeds, Words), Read, static failure => failure is PodctlException);
    }

    [Fact]
    public Task Tokens_and_errors()
    {
        byte[][] seeds = [.. ((string[])["""{"token":"t","access_token":"a","expires_in":300,"issued_at":"2026-01-02T03:04:05Z","refresh_token":"r"}""", """{"errors":[{"code":"DENIED","message":"no","detail":{"a":[1]}}]}"""]).Select(Encoding.UTF8.GetBytes)];
        string[] words = ["null", "[]", "{}", "\"", "[null]", "{", "}", ":", ",", "\\ud800", "-1", "1e400", "\"errors\":[null],", "\"expires_in\":null,", "9999-99-99", "0001-01-01T00:00:00+14:00"];
        return Fuzz.RunAsync(
            "answer",
            new Mutator(seeds, words),
            static input =>
            {
                _ = JsonSerializer.Deserialize(input, OciJson.Default.RegistryErrors)?.Errors?.Count;
                _ = JsonSerializer.Deserialize(input, OciJson.Default.TokenResponse)?.ToString();
            },
            static failure => failure is JsonException);
    }

    private static void Read(byte[] input)
    {
        using HttpResponseMessage response = new(HttpStatusCode.Unauthorized);

        // As it comes off the wire.
        _ = response.Headers.TryAddWithoutValidation("WWW-Authenticate", Encoding.Latin1.GetString(input));
        _ = Challenge.WantsBasic(response);
        if (Challenge.From(response) is { } challenge && challenge.Realm.Scheme is "http" or "https")
        {
            _ = challenge.TokenUri.AbsoluteUri;
        }
    }
}

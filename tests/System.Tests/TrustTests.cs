using System.Security.Cryptography;
using System.Tests.Harness;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Images that others' tools signed, keys in files, and what happens without them.</summary>
public sealed class TrustTests : SystemTest, IDisposable
{
    /// <summary>Signatures by this test, where cosign is not to be had.</summary>
    private const string Self = "this test";

    private const string Http = "--insecure-options=http";

    private readonly string _directory = Directory.CreateTempSubdirectory("podctl-trust-").FullName;
    private readonly string _repository = $"127.0.0.1:5000/signed-{Guid.NewGuid():N}/app";

    private string Prefix => $"--prefix={_repository[.._repository.LastIndexOf('/')]}";

    private string Key => $"{_directory}/cosign.pub";

    public void Dispose()
    {
        using CliProcess removal = CliProcess.Start(Podctl.Program, ["trust", "rm", Prefix, Key]);
        _ = removal.FinishAsync(CancellationToken.None).GetAwaiter().GetResult(); // most tests have removed it themselves
        Directory.Delete(_directory, recursive: true);
    }

    [SystemTheory]
    [InlineData(Self)]
    [InlineData("cosign")]
    [InlineData("cosign bundle")]
    public async Task A_signed_image_runs_by_its_key_alone(string tool)
    {
        await SignAsync(tool);
        Run run = new("echo", "trusted") { Image = $"docker://{_repository}:1.0", Flags = [Http, "--quiet"], IsTrusted = false };
        Assert.Contains("no key is trusted", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Contains("not a terminal", (await Podctl.RunAsync(Ct, "trust", "add", Prefix, Key)).ExpectFailure(1).Stderr, StringComparison.Ordinal);

        CliResult added = (await Podctl.RunAsync(Ct, "trust", Prefix, "--skip-fingerprint-review", Key)).Expect(0);
        string fingerprint = Fingerprint(await File.ReadAllTextAsync(Key, Ct));
        Assert.Contains($"/{fingerprint}\"", added.Stdout, StringComparison.Ordinal);
        CliResult result = (await RunAsync(run)).Expect(0);
        Assert.Equal(("trusted\n", ""), (result.Stdout, result.Stderr));

        // Now the registry is not needed any more.
        Assert.Equal("trusted\n", (await RunAsync(run with { Flags = ["--pull-policy=never"] })).Expect(0).Stdout);
        JsonNode image = JsonNode.Parse((await Podctl.RunAsync(Ct, "image", "list", "--format=json")).Expect(0).Stdout)!.AsArray()
            .Single(entry => entry!["names"]!.AsArray().Any(name => name!.GetValue<string>() == $"{_repository}:1.0"))!;
        Assert.Equal(fingerprint, image["trust"]![0]!["key"]!.GetValue<string>());

        _ = (await Podctl.RunAsync(Ct, "trust", "rm", Prefix, Key)).Expect(0);
        Assert.Contains("no key is trusted", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        await RemoveImageAsync();
    }

    [SystemFact]
    public async Task An_unsigned_image_is_refused_though_its_neighbour_is_signed()
    {
        await SignAsync();
        _ = (await Cli.RunAsync(Ct, "skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:/images/scratch:latest", $"docker://{_repository}:2.0")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "trust", "add", Prefix, "--skip-fingerprint-review", Key)).Expect(0);

        CliResult fetch = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Http, $"{_repository}:2.0")).ExpectFailure(5);
        Assert.Contains("not signed by a key that is trusted for it", fetch.Stderr, StringComparison.Ordinal);
        Assert.Contains($"podctl trust add --prefix={_repository} KEYFILE", fetch.Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Http, $"{_repository}:1.0")).Expect(0);

        // Asked for, it comes; but that makes it none that is trusted.
        _ = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Podctl.Trust, $"{_repository}:2.0")).Expect(0);
        _ = (await RunAsync(new Run { Image = $"docker://{_repository}:2.0", Flags = [Http], IsTrusted = false })).ExpectFailure(125);
        _ = (await Podctl.RunAsync(Ct, "image", "rm", $"{_repository}:2.0")).Expect(0);
        await RemoveImageAsync();
    }

    [SystemFact]
    public async Task A_policy_file_decides_if_the_administrator_says_so()
    {
        const string config = "/etc/podctl/trust.json";
        await SignAsync();
        _ = Directory.CreateDirectory("/etc/podctl");
        await File.WriteAllTextAsync($"{_directory}/policy.json", $$$"""
            { "default": [{ "type": "reject" }],
              "transports": { "docker": { "{{{_repository}}}": [{ "type": "sigstoreSigned", "keyPath": "{{{Key}}}", "signedIdentity": { "type": "matchRepository" } }] } } }
            """, Ct);
        try
        {
            await File.WriteAllTextAsync(config, $$"""{ "rktKind": "trust", "rktVersion": "v1", "policy": "{{_directory}}/policy.json" }""", Ct);
            Run run = new("echo", "allowed") { Image = $"docker://{_repository}:1.0", Flags = [Http, "--quiet"], IsTrusted = false };
            Assert.Equal("allowed\n", (await RunAsync(run)).Expect(0).Stdout);
            Assert.Contains("refused by the policy of default", (await RunAsync(run with { Image = "busybox:latest" })).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(config);
        }

        await RemoveImageAsync();
    }

    private static string Fingerprint(string pem)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(pem);
        return Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    private async Task RemoveImageAsync() => _ = (await Podctl.RunAsync(Ct, "image", "rm", $"{_repository}:1.0")).Expect(0);

    /// <summary>Copies busybox to this test's own repository and signs it.</summary>
    private async Task SignAsync(string tool = Self)
    {
        _ = (await Cli.RunAsync(Ct, "skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:/images/busybox:latest", $"docker://{_repository}:1.0")).Expect(0);
        string digest = (await Cli.RunAsync(Ct, "skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", $"docker://{_repository}:1.0")).Expect(0).Stdout.Trim();
        if (tool == Self)
        {
            await SignHereAsync(digest);
            return;
        }

        Assert.SkipUnless(File.Exists("/usr/bin/cosign"), "cosign is not installed here");
        await File.WriteAllTextAsync($"{_directory}/predicate.json", "{}", Ct);
        string[] verb = tool == "cosign" ? ["sign"] : ["attest", "--new-bundle-format", "--type=https://sigstore.dev/cosign/sign/v1", $"--predicate={_directory}/predicate.json"];
        _ = (await Cli.RunAsync(Ct, "env", ["COSIGN_PASSWORD=test", $"HOME={_directory}", "cosign", "generate-key-pair", $"--output-key-prefix={_directory}/cosign"])).Expect(0);
        _ = (await Cli.RunAsync(
            Ct,
            "env",
            [
                "COSIGN_PASSWORD=test", $"HOME={_directory}", "cosign", .. verb, $"--key={_directory}/cosign.key", "--tlog-upload=false",
                "--allow-http-registry", "--allow-insecure-registry", "--yes", $"{_repository}@{digest}",
            ])).Expect(0);
    }

    /// <summary>As cosign's SIGNATURE_SPEC.md has it.</summary>
    private async Task SignHereAsync(string digest)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Key, key.ExportSubjectPublicKeyInfoPem() + "\n", Ct);
        byte[] payload = Encoding.UTF8.GetBytes(
            $$$"""{"critical":{"identity":{"docker-reference":"{{{_repository}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"cosign container image signature"},"optional":null}""");
        string signature = Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        byte[] config = "{}"u8.ToArray();
        using RegistryUpload registry = new(_repository);
        string payloadDigest = await registry.PutBlobAsync(payload, Ct);
        string configDigest = await registry.PutBlobAsync(config, Ct);
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$$"""
            {"schemaVersion":2,"mediaType":"{{{OciImage.ManifestType}}}",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":{{{config.Length}}},"digest":"{{{configDigest}}}"},
             "layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":{{{payload.Length}}},"digest":"{{{payloadDigest}}}",
                        "annotations":{"dev.cosignproject.cosign/signature":"{{{signature}}}"}}]}
            """);
        await registry.PutManifestAsync($"{digest.Replace(':', '-')}.sig", manifest, Ct);
    }
}

using System.Security.Cryptography;
using System.Tests.Harness;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Images that others' tools signed, keys in files, and what happens without them.</summary>
public sealed class TrustTests : SystemTest
{
    /// <summary>Signatures by this test, where cosign is not to be had.</summary>
    private const string Self = "this test";

    private const string Http = "--insecure-options=http";

    private readonly string _directory = Directory.CreateTempSubdirectory("podctl-trust-").FullName;
    private readonly string _repository = $"127.0.0.1:5000/signed-{Guid.NewGuid():N}/app";

    private string Prefix => $"--prefix={_repository[.._repository.LastIndexOf('/')]}";

    private string Key => $"{_directory}/cosign.pub";

    public override async ValueTask DisposeAsync()
    {
        // Where a test has removed its key itself, there is none any more.
        _ = await Podctl.RunAsync(CancellationToken.None, "trust", "rm", Prefix, Key);
        _ = await Podctl.RunAsync(CancellationToken.None, "trust", "rm", $"--prefix=oci-archive:{_directory}", Key);
        Directory.Delete(_directory, recursive: true);
        await base.DisposeAsync();
    }

    /// <summary>What signs here: on trixie, which has cosign, nothing else may take its place.</summary>
    public static TheoryData<string> Tools => Environment.GetEnvironmentVariable("PODCTL_TEST_SUITE") == "trixie" || File.Exists("/usr/bin/cosign")
        ? [Self, "cosign", "cosign bundle"]
        : [Self];

    [SystemTheory]
    [MemberData(nameof(Tools))]
    public async Task A_signed_image_runs_by_its_key_alone(string tool)
    {
        await SignAsync(tool);
        Run run = new("echo", "trusted") { Image = $"docker://{_repository}:1.0", Flags = [Http, "--quiet"], IsTrusted = false };
        Assert.Contains("no key is trusted", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Contains("there is no terminal", (await Podctl.RunAsync(Ct, "trust", "add", Prefix, Key)).ExpectFailure(1).Stderr, StringComparison.Ordinal);

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
    public async Task A_key_is_trusted_once_somebody_at_the_terminal_says_so()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Key, key.ExportSubjectPublicKeyInfoPem() + "\n", Ct);
        string fingerprint = Fingerprint(key.ExportSubjectPublicKeyInfoPem());

        PseudoTerminal refusing = AtTerminal(24, 120, Podctl.Program, "trust", "add", Prefix, Key);
        string shown = await refusing.Screen.WaitForAsync("(yes/no)?", Ct);
        Assert.Contains($"type:        ECDSA P-256\r\nfingerprint: {fingerprint}\r\ntrusted for: images below {Prefix[9..]}\r\n", shown, StringComparison.Ordinal);
        refusing.Type("no\n");
        Assert.Equal(1, await refusing.ExitAsync(Ct));
        Assert.DoesNotContain(fingerprint, await ListAsync(), StringComparison.Ordinal);

        PseudoTerminal consenting = AtTerminal(24, 120, Podctl.Program, "trust", "add", Prefix, Key);
        _ = await consenting.Screen.WaitForAsync("(yes/no)?", Ct);
        consenting.Type("perhaps\n");
        _ = await consenting.Screen.WaitForAsync("Please enter 'yes' or 'no':", Ct);
        consenting.Type("yes\n");
        _ = await consenting.Screen.WaitForAsync("Added key for prefix", Ct);
        Assert.Equal(0, await consenting.ExitAsync(Ct));
        Assert.Contains(fingerprint, await ListAsync(), StringComparison.Ordinal);

        async Task<string> ListAsync() => (await Podctl.RunAsync(Ct, "trust", "list", "--format=json")).Expect(0).Stdout;
    }

    [SystemFact]
    public async Task A_signature_does_not_follow_an_image_to_another_repository()
    {
        await SignAsync();
        string digest = await DigestAsync();
        string other = $"{_repository[.._repository.LastIndexOf('/')]}/other";
        foreach (string tag in (string[])["1.0", $"{digest.Replace(':', '-')}.sig"])
        {
            _ = (await Cli.RunAsync(Ct, "skopeo", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{_repository}:{tag}", $"docker://{other}:{tag}")).Expect(0);
        }

        _ = (await Podctl.RunAsync(Ct, "trust", "add", Prefix, "--skip-fingerprint-review", Key)).Expect(0);
        Assert.Contains($"but for '{_repository}'", (await Podctl.RunAsync(Ct, "fetch", "--quiet", Http, $"{other}:1.0")).ExpectFailure(5).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Http, $"{_repository}:1.0")).Expect(0);
        await RemoveImageAsync();
    }

    [SystemFact]
    public async Task An_archive_brings_its_signatures_along_or_is_refused()
    {
        using OwnStore store = new();
        await SignAsync();
        string signature = $"{(await DigestAsync()).Replace(':', '-')}.sig";
        foreach (string tag in (string[])["1.0", signature])
        {
            _ = (await Cli.RunAsync(Ct, "skopeo", "copy", "-q", "--src-tls-verify=false", $"docker://{_repository}:{tag}", $"oci:{_directory}/layout:{tag}")).Expect(0);
        }

        _ = (await Cli.RunAsync(Ct, "tar", "-C", $"{_directory}/layout", "-cf", $"{_directory}/app.tar", ".")).Expect(0);
        Run run = new("echo", "trusted") { Image = $"oci-archive:{_directory}/app.tar:1.0", Flags = [store.Flag, "--quiet"], IsTrusted = false };
        Assert.Contains($"podctl trust add --prefix=oci-archive:{_directory}/app.tar KEYFILE", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "trust", "add", $"--prefix=oci-archive:{_directory}", "--skip-fingerprint-review", Key)).Expect(0);
        Assert.Equal("trusted\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Contains("hold no signatures", (await RunAsync(run with { Image = "docker-archive:/images/busybox.docker.tar" })).ExpectFailure(125).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task What_came_unverified_through_a_pipe_is_not_looked_for_in_the_input_of_an_app()
    {
        using OwnStore store = new();
        string id = (await Cli.ShellAsync(Ct, $"podctl {store.Flag} fetch {Podctl.Trust} --quiet --full docker-archive:- < /images/busybox.docker.tar")).Expect(0).Stdout.Trim();
        Run run = new("cat") { Image = id, Flags = [store.Flag], IsTrusted = false, Options = new CliOptions { Input = "input"u8.ToArray() } };
        Assert.Contains("no name by which its signatures could be found", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Equal("input", (await RunAsync(run with { IsTrusted = true })).Expect(0).Stdout);
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

    private async Task<string> DigestAsync() =>
        (await Cli.RunAsync(Ct, "skopeo", "inspect", "--tls-verify=false", "--format={{.Digest}}", $"docker://{_repository}:1.0")).Expect(0).Stdout.Trim();

    private async Task RemoveImageAsync() => _ = (await Podctl.RunAsync(Ct, "image", "rm", $"{_repository}:1.0")).Expect(0);

    /// <summary>Copies busybox to this test's own repository and signs it.</summary>
    private async Task SignAsync(string tool = Self)
    {
        _ = (await Cli.RunAsync(Ct, "skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:/images/busybox:latest", $"docker://{_repository}:1.0")).Expect(0);
        string digest = await DigestAsync();
        if (tool == Self)
        {
            await SignHereAsync(digest);
            return;
        }

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

using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class TrustCommandTests
{
    private static readonly string Fingerprint = new('c', 64);

    [Theory]
    [InlineData("prefix registry.example/team", "trust", "add", "--prefix=registry.example/team", "--skip-fingerprint-review", "key")]
    [InlineData("prefix registry.example/team", "trust", "--prefix", "registry.example/team", "--skip-fingerprint-review", "key")]
    [InlineData("root", "trust", "add", "key", "--root", "--skip-fingerprint-review")]
    public async Task A_key_is_trusted_for_what_is_said(string scope, params string[] words)
    {
        FakeKeys keys = new();
        Assert.Equal(0, (await new CommandLineHarness { TrustedKeys = keys }.RunAsync(words)).Code);
        Assert.Equal([$"add {scope} {Fingerprint}"], keys.Done);
    }

    [Fact]
    public async Task A_key_is_removed_by_its_fingerprint_or_its_file()
    {
        FakeKeys keys = new();
        Assert.Equal(0, (await new CommandLineHarness { TrustedKeys = keys }.RunAsync("trust", "rm", "--root", new string('d', 64), "key")).Code);
        Assert.Equal([$"rm root {new string('d', 64)}", $"rm root {Fingerprint}"], keys.Done);
    }

    [Theory]
    [InlineData(true, "yes")]
    [InlineData(true, " Y ")]
    [InlineData(true, "perhaps", "", "yes")]
    [InlineData(false, "no")]
    [InlineData(false, "perhaps", "", "", "yes")]
    public async Task Somebody_has_to_say_yes(bool isTrusted, params string[] answers)
    {
        FakeKeys keys = new();
        CommandLineHarness harness = new() { TrustedKeys = keys };
        Array.ForEach(answers, harness.Prompt.Answers.Enqueue);
        if (isTrusted)
        {
            Assert.Equal(0, (await harness.RunAsync("trust", "add", "--prefix=registry.example/team", "key")).Code);
        }
        else
        {
            Assert.Equal(ExitCode.Failed, (await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync("trust", "add", "--prefix=registry.example/team", "key"))).Code);
        }

        Assert.Equal(isTrusted, keys.Done.Count == 1);
        (string question, bool isSecret) = harness.Prompt.Questions[0];
        Assert.Contains(Fingerprint, question, StringComparison.Ordinal);
        Assert.Contains("registry.example/team", question, StringComparison.Ordinal);
        Assert.False(isSecret);
    }

    [Fact]
    public async Task Without_a_terminal_nobody_can_consent()
    {
        FakeKeys keys = new();
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => new CommandLineHarness { TrustedKeys = keys }.RunAsync("trust", "add", "--root", "key"));
        Assert.Contains(Fingerprint, failure.Message, StringComparison.Ordinal);
        Assert.Empty(keys.Done);
    }

    [Theory]
    [InlineData("trust")]
    [InlineData("trust", "add", "key")]
    [InlineData("trust", "add", "--root")]
    [InlineData("trust", "add", "--root", "--prefix=registry.example", "key")]
    [InlineData("trust", "add", "--prefix=team", "key")]
    [InlineData("trust", "--root=no", "key")]
    [InlineData("trust", "rm", "--root")]
    [InlineData("trust", "rm", "key")]
    [InlineData("trust", "list", "key")]
    public async Task Words_that_say_too_little_or_too_much_are_refused(params string[] words) =>
        Assert.Equal(ExitCode.Usage, (await CommandLineHarness.FailureOf(words)).Code);

    private sealed class FakeKeys : ITrustedKeys
    {
        public List<string> Done { get; } = [];

        public KeyFile ReadKey(string path)
        {
            Assert.Equal("key", path);
            Assert.True(KeyFingerprint.TryParse(Fingerprint, out KeyFingerprint? fingerprint));
            return new KeyFile(fingerprint, "ECDSA P-256", "");
        }

        public string Add(TrustScope scope, KeyFile key)
        {
            Done.Add($"add {scope} {key.Fingerprint}");
            return "/etc/podctl/trustedkeys/x";
        }

        public IReadOnlyList<TrustedKeySummary> List() => [];

        public string Remove(TrustScope scope, KeyFingerprint key)
        {
            Done.Add($"rm {scope} {key}");
            return "/etc/podctl/trustedkeys/x";
        }
    }
}

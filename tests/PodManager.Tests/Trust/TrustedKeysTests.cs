using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Store;
using PodManager.Trust;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Trust;

public sealed class TrustedKeysTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SigningKey _key = SigningKey.Ecdsa();

    public TrustedKeysTests()
    {
        _ = Directory.CreateDirectory(Local);
        _ = Directory.CreateDirectory(Vendor);
    }

    private string Local => _directory["etc/trustedkeys"];

    private string Vendor => _directory["usr/trustedkeys"];

    private TrustedKeys Keys => new(Local, Vendor);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_key_is_trusted_for_its_prefix_until_it_is_removed()
    {
        TrustScope scope = Scope("registry.example/team");
        string path = Keys.Add(scope, File(_key));

        Assert.Equal(Path.Combine(Local, "prefix.d", "registry.example%2Fteam", _key.Fingerprint), path);
        Assert.Equal([$"prefix registry.example/team {_key.Fingerprint}"], RulesFor("registry.example/team/app"));
        Assert.Empty(RulesFor("registry.example/other"));

        Assert.Equal(path, Keys.Remove(scope, _key.Public.Fingerprint));
        Assert.Empty(RulesFor("registry.example/team/app"));
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => Keys.Remove(scope, _key.Public.Fingerprint)).Code);
    }

    [Fact]
    public void The_narrowest_prefix_comes_first_and_root_last()
    {
        _ = Keys.Add(TrustScope.Root, File(_key));
        _ = Keys.Add(Scope("registry.example"), File(_key));
        _ = Keys.Add(Scope("registry.example/team"), File(_key));
        Assert.Equal(["prefix registry.example/team", "prefix registry.example", "root"], RulesFor("registry.example/team/app").Select(static rule => rule[..rule.LastIndexOf(' ')]));
    }

    [Fact]
    public void A_vendor_s_key_is_masked_by_an_empty_file()
    {
        string path = Put(Path.Combine(Vendor, "root.d", _key.Fingerprint), _key.Pem);
        TrustedKey trusted = Assert.Single(Keys.For(ImageRef.Parse("any.example/app")).Keys);
        Assert.True(TrustFiles.Hold(trusted.Evidence));

        string mask = Keys.Remove(TrustScope.Root, _key.Public.Fingerprint);

        Assert.Equal(Path.Combine(Local, "root.d", _key.Fingerprint), mask);
        Assert.True(System.IO.File.Exists(path));
        Assert.Empty(RulesFor("any.example/app"));
        Assert.True(Assert.Single(Keys.List()).IsMasked);
        Assert.False(TrustFiles.Hold(trusted.Evidence));
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => Keys.Remove(TrustScope.Root, _key.Public.Fingerprint)).Code);

        // Trusting it again takes the mask off.
        _ = Keys.Add(TrustScope.Root, File(_key));
        Assert.Single(RulesFor("any.example/app"));
    }

    [Theory]
    [InlineData("prefix.d/registry.example/KEY")]
    [InlineData("prefix.d/registry.example")]
    [InlineData("prefix.d")]
    [InlineData("")]
    [InlineData("..")]
    public void What_others_can_write_is_refused_by_name(string what)
    {
        _ = Keys.Add(Scope("registry.example"), File(_key));
        TrustedKey before = Assert.Single(Keys.For(ImageRef.Parse("registry.example/app")).Keys);
        string path = Path.GetFullPath(Path.Combine(Local, what.Replace("KEY", _key.Fingerprint, StringComparison.Ordinal))).TrimEnd('/');
        using (Fd root = Files.Open("/", O_RDONLY | O_DIRECTORY))
        {
            RawFiles.SetMode(root, System.Text.Encoding.UTF8.GetBytes(path), 0x1ff); // 0777
        }

        PodctlException failure = Assert.Throws<PodctlException>(() => RulesFor("registry.example/app"));

        Assert.Equal(ExitCode.NotPermitted, failure.Code);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        Assert.True(what is not ("prefix.d/registry.example/KEY" or "prefix.d/registry.example") || !TrustFiles.Hold(before.Evidence));
    }

    [Fact]
    public void A_file_that_is_not_the_key_of_its_name_is_refused()
    {
        string path = Put(Path.Combine(Local, "root.d", SigningKey.Ecdsa().Fingerprint), _key.Pem);
        Assert.Contains(path, Assert.Throws<PodctlException>(() => RulesFor("registry.example/app")).Message, StringComparison.Ordinal);
        System.IO.File.Delete(path);

        path = Put(Path.Combine(Local, "root.d", "cosign.pub"), _key.Pem);
        Assert.Contains(path, Assert.Throws<PodctlException>(() => RulesFor("registry.example/app")).Message, StringComparison.Ordinal);
        System.IO.File.Delete(path);

        _ = System.IO.File.CreateSymbolicLink(path, Put(_directory["key"], _key.Pem));
        Assert.Contains("symbolic link", Assert.Throws<PodctlException>(() => RulesFor("registry.example/app")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_is_read_strictly()
    {
        Assert.Equal(_key.Fingerprint, Keys.ReadKey(Put(_directory["key"], _key.Pem)).Fingerprint.ToString());
        Assert.Equal(ExitCode.Usage, Assert.Throws<PodctlException>(() => Keys.ReadKey(Put(_directory["other"], "no key"))).Code);
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => Keys.ReadKey(_directory["missing"])).Code);
    }

    private static TrustScope Scope(string prefix)
    {
        Assert.Null(TrustScope.TryParse(prefix, out TrustScope? scope));
        return scope!;
    }

    private static KeyFile File(SigningKey key) => new(key.Public.Fingerprint, key.Public.TypeName, key.Pem);

    private static string Put(string path, string text)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private IEnumerable<string> RulesFor(string image) => [.. Keys.For(ImageRef.Parse(image)).Keys.Select(static key => $"{key.Rule} {key.Key.Fingerprint}")];
}

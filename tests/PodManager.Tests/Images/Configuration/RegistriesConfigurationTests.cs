using PodManager.Images.Configuration;
using PodManager.Images.Registry;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Images.Configuration;

public sealed class RegistriesConfigurationTests : IDisposable
{
    private const string Main = "etc/containers/registries.conf";

    private readonly TestHost _host = new(new FakeClock());

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Without_files_a_registry_is_itself() => Assert.Equal(["registry.example/app"], PlacesOf("registry.example/app"));

    [Theory]
    [InlineData("moved.example/app", "there.example:5000/mirrored/app")]
    [InlineData("moved.example:5000/app", "moved.example:5000/app")]
    [InlineData("registry.example/team/app", "team.example/x/app")]
    [InlineData("registry.example/teams/app", "registry.example/teams/app !")]
    [InlineData("registry.example/team/deep/app", "deep.example/app")]
    [InlineData("registry.example/team/one", "one.example/uno")]
    [InlineData("a.wild.example/app", "a.wild.example/app !")]
    [InlineData("a.b.wild.example:5000/app", "a.b.wild.example:5000/app")]
    [InlineData("wild.example/app", "wild.example/app")]
    [InlineData("b.star.example/app", "one-place.example/app")]
    [InlineData("docker.io/library/app", "hub.example/library/app")]
    public void The_longest_prefix_says_where_it_is(string name, string place)
    {
        _ = _host.Write(Main, """
            [[registry]]
            prefix = "Moved.example"
            location = "there.example:5000/mirrored"
            [[registry]]
            location = "registry.example"
            insecure = true
            [[registry]]
            prefix = "registry.example/team"
            location = "team.example/x/"
            [[registry]]
            prefix = "registry.example/team/deep"
            location = "deep.example"
            [[registry]]
            prefix = "registry.example/team/one"
            location = "one.example/uno"
            [[registry]]
            prefix = "*.wild.example"
            insecure = true
            [[registry]]
            prefix = "*.star.example"
            location = "one-place.example"
            [[registry]]
            prefix = "docker.io"
            location = "hub.example"
            """);

        Assert.Equal([place], PlacesOf(name));
    }

    [Fact]
    public void Mirrors_come_first_and_may_be_for_some_images_only()
    {
        const string digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        _ = _host.Write(Main, """
            [[registry]]
            location = "registry.example"
            [[registry.mirror]]
            location = "one.example/m"
            insecure = true
            [[registry.mirror]]
            location = "digests.example"
            pull-from-mirror = "digest-only"
            [[registry.mirror]]
            location = "tags.example"
            pull-from-mirror = "tag-only"
            [[registry]]
            location = "pinned.example"
            mirror-by-digest-only = true
            [[registry.mirror]]
            location = "one.example"
            """);

        Assert.Equal(["one.example/m/app !", "tags.example/app", "registry.example/app"], PlacesOf("registry.example/app:1"));
        Assert.Equal(["one.example/m/app !", "digests.example/app", "registry.example/app"], PlacesOf("registry.example/app" + digest));
        Assert.Equal(["pinned.example/app"], PlacesOf("pinned.example/app"));
        Assert.Equal(["one.example/app", "pinned.example/app"], PlacesOf("pinned.example/app" + digest));
    }

    [Fact]
    public void A_blocked_registry_is_refused_with_the_file_that_says_so()
    {
        string path = _host.Write(Main, "[[registry]]\nprefix = 'registry.example/bad'\nblocked = true\n");

        PodctlException failure = Assert.Throws<PodctlException>(() => PlacesOf("registry.example/bad/app"));

        Assert.Contains("'registry.example/bad'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["registry.example/good"], PlacesOf("registry.example/good"));
    }

    [Fact]
    public void A_later_file_replaces_what_it_names()
    {
        _ = _host.Write("usr/share/containers/registries.conf", "[[registry]]\nprefix = 'a.example'\nlocation = 'default.example'\n");
        Assert.Equal(["default.example/app"], PlacesOf("a.example/app"));

        _ = _host.Write(Main, "[[registry]]\nprefix = 'a.example'\nlocation = 'main.example'\n[[registry]]\nprefix = 'b.example'\nlocation = 'main.example'\n");
        _ = _host.Write("etc/containers/registries.conf.d/10.conf", "[[registry]]\nprefix = 'a.example'\nlocation = 'ten.example'\n");
        _ = _host.Write("etc/containers/registries.conf.d/20.conf", "[[registry]]\nprefix = 'a.example'\nlocation = 'twenty.example'\n");
        _ = _host.Write("etc/containers/registries.conf.d/30.conf.off", "nonsense");
        Assert.Equal(["twenty.example/app"], PlacesOf("a.example/app"));
        Assert.Equal(["main.example/app"], PlacesOf("b.example/app"));
    }

    [Theory]
    [InlineData("", "app:1", "docker.io/library/app:1")]
    [InlineData("unqualified-search-registries = []", "app", "docker.io/library/app:latest")]
    [InlineData("unqualified-search-registries = ['one.example']", "app:1", "one.example/app:1")]
    [InlineData("unqualified-search-registries = ['one.example']", "team/app", "one.example/team/app:latest")]
    [InlineData("unqualified-search-registries = ['docker.io']", "app", "docker.io/library/app:latest")]
    [InlineData("unqualified-search-registries = ['one.example']", "registry.example/app", "registry.example/app:latest")]
    [InlineData("unqualified-search-registries = ['one.example']", "docker.io/app", "docker.io/library/app:latest")]
    [InlineData("[aliases]\n'app' = 'alias.example/some/app'", "app:1", "alias.example/some/app:1")]
    [InlineData("[aliases]\napp = 'docker.io/library/other'", "docker://app", "docker.io/library/other:latest")]
    [InlineData("[aliases]\n\"\\u0061pp\" = 'alias.example/app'", "app", "alias.example/app:latest")]
    [InlineData("# app", "app", "docker.io/library/app:latest")]
    public void A_short_name_stands_for_one_image(string content, string name, string expected)
    {
        _ = _host.Write("etc/containers/registries.conf.d/shortnames.conf", content);

        Assert.Equal(expected, _host.Registries.Resolve(ImageRef.Parse(name)).Name);
    }

    [Fact]
    public void An_alias_beats_the_list_and_an_empty_one_takes_it_away()
    {
        _ = _host.Write(Main, "unqualified-search-registries = ['one.example', 'two.example']\n[aliases]\napp = 'alias.example/app'\ngone = 'alias.example/gone'\n");
        _ = _host.Write("etc/containers/registries.conf.d/x.conf", "[aliases]\ngone = ''\n");

        Assert.Equal("alias.example/app:latest", _host.Registries.Resolve(ImageRef.Parse("app")).Name);
        PodctlException failure = Assert.Throws<PodctlException>(() => _host.Registries.Resolve(ImageRef.Parse("gone")));
        Assert.Contains("'one.example/gone', 'two.example/gone'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[registry]\n", "line 1")]
    [InlineData("\n[[registry]]\nlocation = 7\n", "line 3")]
    [InlineData("[[registry]]\nlocation = 'a'\nlocation = 'b'\n", "line 3")]
    [InlineData("[[registry]]\ninsecure = true\n", "neither")]
    [InlineData("[[registry]]\nlocation = 'https://a.example'\n", "'https://a.example'")]
    [InlineData("[[registry]]\nprefix = 'a.*.example'\nlocation = 'x'", "star")]
    [InlineData("[[registry]]\nlocation = '*.example'\n", "star")]
    [InlineData("[[registry]]\nlocation = 'a'\n[[registry]]\nlocation = 'a'\n", "two")]
    [InlineData("[[registry]]\nlocation = 'a'\n[[registry.mirror]]\ninsecure = true\n", "no location")]
    [InlineData("[[registry]]\nlocation = 'a'\n[[registry.mirror]]\nlocation = 'b'\npull-from-mirror = 'x'\n", "'x'")]
    [InlineData("[[registry]]\nlocation = 'a'\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = 'b'\npull-from-mirror = 'all'\n", "exclude")]
    [InlineData("[aliases]\na = \"\\u00", "ends in the middle")]
    [InlineData("[registries.search]\nregistries = ['docker.io']\n", "version 1")]
    [InlineData("[[registry]]\nprefix = 'registry.example'\nlocation = 'a b'\n", "'a b'")]
    [InlineData("[[registry]]\nprefix = 'registry.example'\nlocation = 'a/B'\n", "'a/B'")]
    public void A_damaged_file_is_named(string content, string problem)
    {
        string path = _host.Write(Main, content);

        PodctlException failure = Assert.Throws<PodctlException>(() => PlacesOf("registry.example/app"));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_complete_name_reads_no_file()
    {
        _ = _host.Write(Main, "nonsense");

        Assert.Equal("registry.example/app:latest", _host.Registries.Resolve(ImageRef.Parse("registry.example/app")).Name);
        Assert.Equal("docker.io/library/app:latest", _host.Registries.Resolve(ImageRef.Parse("app")).Name); // looked at, not parsed
    }

    private List<string> PlacesOf(string name)
    {
        RegistryRef image = (RegistryRef)ImageRef.Parse(name);
        IReadOnlyList<RegistryEndpoint> places = RegistriesConfiguration.Read(_host.Environment).Places(image.Host, image.Repository, image.Digest is not null);
        return [.. places.Select(static place => $"{place.Host}/{place.Repository}{(place.IsInsecure ? " !" : "")}")];
    }
}

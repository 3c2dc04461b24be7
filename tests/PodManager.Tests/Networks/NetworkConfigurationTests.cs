using PodManager.Networks;
using Xunit;

namespace PodManager.Tests.Networks;

public sealed class NetworkConfigurationTests
{
    [Fact]
    public void A_list_has_a_name_a_version_and_plugins()
    {
        NetworkConfiguration network = NetworkConfiguration.Parse("""{"cniVersion":"1.0.0","name":"lan","disableCheck":true,"plugins":[{"type":"bridge","ipam":{"type":"host-local"}},{"type":"portmap"}]}""");
        Assert.Equal(("lan", "1.0.0", true, 2), (network.Name, network.Version, network.IsCheckDisabled, network.Plugins.Count));
        Assert.Equal(["bridge", "host-local", "portmap"], network.Programs);
        Assert.False(network.HasCheck);
    }

    [Fact]
    public void A_file_for_one_plugin_is_a_list_of_one()
    {
        NetworkConfiguration network = NetworkConfiguration.Parse("""{"cniVersion":"0.4.0","name":"lan","type":"macvlan","master":"eth0","ipam":{}}""");
        Assert.Equal(["macvlan"], network.Programs);
        Assert.True(network.HasCheck);
        Assert.Equal("eth0", NetworkConfiguration.Text(network.Plugins[0], "master"));
    }

    [Theory]
    [InlineData("0.3.1", false, false)]
    [InlineData("0.4.0", true, false)]
    [InlineData("1.0.0", true, false)]
    [InlineData("1.1.0", true, true)]
    public void A_version_has_its_commands(string version, bool hasCheck, bool hasStatus)
    {
        NetworkConfiguration network = NetworkConfiguration.Parse($$"""{"cniVersion":"{{version}}","name":"n","type":"t"}""");
        Assert.Equal((hasCheck, hasStatus), (network.HasCheck, network.HasStatus));
    }

    [Fact]
    public void Of_several_versions_the_newest_that_is_known_counts() => Assert.Equal(
        "1.0.0", NetworkConfiguration.Parse("""{"cniVersion":"0.1.0","cniVersions":["0.4.0","1.0.0","9.9.9"],"name":"n","type":"t"}""").Version);

    [Fact]
    public void What_is_written_is_read_again()
    {
        NetworkConfiguration network = NetworkConfiguration.Parse("""{"cniVersion":"1.1.0","name":"n","plugins":[{"type":"t","x":[1,{"y":"ä"}]}]}""");
        NetworkConfiguration again = NetworkConfiguration.Parse(network.ToText());
        Assert.Equal(network.ToText(), again.ToText());
        Assert.Equal("t", Assert.Single(again.Programs));
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{", "no JSON: line 1")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("""{"name":"a","name":"b","cniVersion":"1.0.0","type":"t"}""", "twice")]
    [InlineData("""{"cniVersion":"1.0.0","type":"t"}""", "no name")]
    [InlineData("""{"cniVersion":"1.0.0","type":"t","name":7}""", "no name")]
    [InlineData("""{"cniVersion":"1.0.0","type":"t","name":"../x"}""", "'../x' is no name")]
    [InlineData("""{"type":"t","name":"n"}""", "no cniVersion")]
    [InlineData("""{"cniVersion":"0.1.0","type":"t","name":"n"}""", "version '0.1.0'")]
    [InlineData("""{"cniVersion":"2.0.0","type":"t","name":"n"}""", "version '2.0.0'")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n"}""", "no type")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[]}""", "no plugins")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":{}}""", "no list")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[7]}""", "no list")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"../../bin/sh"}]}""", "no plugin's type")]
    [InlineData("""{"cniVersion":"1.0.0","name":"n","type":"t","ipam":{"x":1}}""", "'ipam' has no type")]
    public void What_is_no_configuration_is_told(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => NetworkConfiguration.Parse(text)).Message, StringComparison.Ordinal);
}

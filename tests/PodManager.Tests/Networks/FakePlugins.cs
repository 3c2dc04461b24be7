using PodManager.Lifecycle;
using PodManager.Networks;
using PodManager.Pods;
using PodManager.Tests.Images;
using PodManager.Tests.Store;

namespace PodManager.Tests.Networks;

/// <summary>Networks whose plugins are shell scripts, which note how they are called.</summary>
internal sealed class FakePlugins : IDisposable
{
    // A result with an address, made of the last digit of the plugin's name.
    public const string Answer = """echo '{"cniVersion":"1.0.0","interfaces":[{"name":"veth1"},{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/x"}],"ips":[{"interface":1,"address":"10.1.0.7/16","gateway":"10.1.0.1"},{"interface":0,"address":"10.9.9.9/8"}]}'""";

    private readonly TemporaryDirectory _directory = new();

    public FakePlugins()
    {
        foreach (string name in new[] { "data", "etc/net.d", "etc/cni", "usr/net.d" })
        {
            _ = Directory.CreateDirectory(PathOf(name));
        }

        Networks = new CniNetworks(PathOf("data"), PathOf("etc"), PathOf("usr"), Messages);
    }

    public CniNetworks Networks { get; }

    public FakeMessages Messages { get; } = new();

    /// <summary>`COMMAND TYPE` of each call, in order.</summary>
    public string[] Calls => File.Exists(PathOf("calls")) ? File.ReadAllLines(PathOf("calls")) : [];

    public string PathOf(string name) => Path.Combine(_directory.Path, name);

    /// <summary>What a plugin got the last time.</summary>
    public string Input(string command, string type) => File.ReadAllText(PathOf($"{command}-{type}.in"));

    public string Environment(string command, string type) => File.ReadAllText(PathOf($"{command}-{type}.env"));

    /// <param name="type">Its name.</param>
    /// <param name="add">What it does for ADD.</param>
    /// <param name="rest">What it does for all else.</param>
    public void Plugin(string type, string add = Answer, string rest = "true")
    {
        string path = PathOf($"etc/cni/{type}");
        File.WriteAllText(path, $"""
            #!/bin/sh
            here={_directory.Path}
            echo "$CNI_COMMAND {type}" >>$here/calls
            cat >$here/$CNI_COMMAND-{type}.in
            env | grep ^CNI_ | sort >$here/$CNI_COMMAND-{type}.env
            if [ $CNI_COMMAND = ADD ]; then
            {add}
            else
            {rest}
            fi
            """);
        _ = Common.Native.NativeException.ThrowIfFailed(Common.Native.Libc.FChModAt(Common.Native.Libc.AtFdCwd, path, 0x1ED, 0), "chmod", path);
    }

    /// <summary>A list of plugins without a setting of their own.</summary>
    public void Network(string name, params string[] types) => Configure($"etc/net.d/{name}.conflist", name, types);

    public void Configure(string file, string name, params string[] types)
    {
        string plugins = string.Join(',', types.Select(static type => $$$"""{"type":"{{{type}}}","capabilities":{"portMappings":true}}"""));
        File.WriteAllText(PathOf(file), $$"""{"cniVersion":"1.0.0","name":"{{name}}","plugins":[{{plugins}}]}""");
    }

    public IReadOnlyList<NetworkAttachment> Choose(params string[] names) => Networks.Choose(NetworkMode.Named, [.. names.Select(static name => new NetworkRequest(name, []))], []);

    public void Dispose() => _directory.Dispose();
}

using System.Text.Json.Nodes;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Networks;

/// <summary>Finds the networks that a pod is to join among those that are configured, and tells all that is in the way at once.</summary>
internal sealed class NetworkChoice(IReadOnlyList<NetworkFile> files, PluginDirectories plugins, IMessageSink messages)
{
    private readonly List<string> _faults = [];
    private readonly List<string> _hints = [];

    /// <param name="requests">Null for every network.</param>
    /// <param name="ports">For the first network that maps any.</param>
    public IReadOnlyList<NetworkAttachment> Choose(IReadOnlyList<NetworkRequest>? requests, IReadOnlyList<PortMapping> ports)
    {
        foreach (NetworkFile file in files.Where(static file => file.Problem is not null))
        {
            if (file.IsHarmless)
            {
                messages.Warn($"'{file.Path}': {file.Problem}, ignoring");
            }
            else
            {
                // What it was to replace, nobody knows.
                _faults.Add($"cannot read the network in '{file.Path}': {file.Problem}");
            }
        }

        NetworkConfiguration[] configured = [.. files.Select(static file => file.Configuration).OfType<NetworkConfiguration>()];
        string[] unknown = [.. (requests ?? []).Select(static request => request.Name).Where(name => !configured.Any(network => network.Name == name))];
        if (unknown.Length > 0)
        {
            _faults.Add($"networks not found: {string.Join(", ", unknown)}");
            _hints.Add("`podctl network list` shows the networks there are");
        }

        NetworkConfiguration[] chosen = [.. configured.Where(network => requests is null || requests.Any(request => request.Name == network.Name))];
        if (requests is null && chosen.Length == 0)
        {
            _faults.Add("no network is configured");
        }

        LookForPlugins(chosen);
        AskForStatus(chosen);
        NetworkConfiguration? mapper = chosen.FirstOrDefault(static network => network.Plugins.Any(static plugin => PluginChain.HasCapability(plugin, "portMappings")));
        if (ports.Count > 0 && mapper is null && chosen.Length > 0)
        {
            _faults.Add($"no port of the host's can lead to {(chosen.Length == 1 ? $"network '{chosen[0].Name}'" : "these networks")}: no plugin there has the capability portMappings");
        }

        return _faults.Count == 0
            ? [.. chosen.Select((network, index) => new NetworkAttachment(
                network.Name,
                $"eth{index}",
                requests?.First(request => request.Name == network.Name).Arguments ?? [],
                network.ToText(),
                network == mapper ? ports : []) { Dns = NetworkDns.Of(network) })]
            : throw new PodctlException(ExitCode.Failed, string.Join("; ", _faults), _hints.Count > 0 ? string.Join("; ", _hints) : null);
    }

    /// <summary>A plugin of version 1.1 says itself whether it could be used now.</summary>
    private void AskForStatus(IEnumerable<NetworkConfiguration> networks)
    {
        foreach (NetworkConfiguration network in _faults.Count > 0 ? [] : networks.Where(static network => network.HasStatus))
        {
            foreach (JsonObject plugin in network.Plugins)
            {
                try
                {
                    JsonObject configuration = (JsonObject)plugin.DeepClone();
                    configuration["name"] = network.Name;
                    configuration["cniVersion"] = network.Version;
                    _ = new PluginCall("STATUS", NetworkConfiguration.Text(plugin, "type")!) { Configuration = configuration }.Run(plugins);
                }
                catch (PodctlException e)
                {
                    _faults.Add($"network '{network.Name}' cannot be joined now: {e.Message}");
                }
            }
        }
    }

    private void LookForPlugins(IEnumerable<NetworkConfiguration> networks)
    {
        List<string> missing = [];
        foreach (NetworkConfiguration network in networks)
        {
            string[] types = [.. network.Programs.Distinct().Where(type => plugins.Find(type) is null)];
            if (types.Length > 0)
            {
                _faults.Add($"network '{network.Name}' needs {(types.Length == 1 ? "the plugin" : "the plugins")} {string.Join(", ", types.Select(static type => $"'{type}'"))}, not installed here");
                missing.AddRange(types);
            }
        }

        if (missing.Count > 0)
        {
            _hints.Add(plugins.Hint(missing.Distinct()));
        }
    }
}

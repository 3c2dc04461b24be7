using System.Text.Json.Nodes;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Networks;

/// <summary>The plugins of one network, called for one pod in the order of the list, or against it (CNI specification, section 3).</summary>
/// <param name="plugins">Where they are.</param>
/// <param name="files">What they have said so far.</param>
/// <param name="pod">The pod.</param>
/// <param name="attachment">What is to be done.</param>
/// <param name="index">Its number among those of the pod.</param>
internal sealed class PluginChain(PluginDirectories plugins, AttachmentFiles files, PodId pod, NetworkAttachment attachment, int index)
{
    private readonly NetworkConfiguration _network = NetworkConfiguration.Parse(attachment.Configuration);

    public string Name => _network.Name;

    /// <summary>Some plugin's rules are found by the addresses of the pod's interface alone.</summary>
    public bool Masquerades => _network.Plugins.Any(static plugin => plugin["ipMasq"] is JsonValue value && value.TryGetValue(out bool isOn) && isOn);

    /// <summary>What is known of the result, also if the chain has not come to its end.</summary>
    public JsonObject? Result => files.ResultOf(index, _network.Plugins.Count);

    public PodNetwork Network => ResultReader.Read(_network.Name, attachment.Interface, Result);

    /// <param name="path">The pod's network namespace.</param>
    /// <param name="addresses">To ask for; none to take what is free.</param>
    public JsonObject Add(string path, IReadOnlyList<string> addresses)
    {
        JsonObject? result = null;
        foreach ((int step, JsonObject plugin) in _network.Plugins.Index())
        {
            using Common.Native.Fd output = files.OpenOutput(index, step);
            JsonObject configuration = ConfigurationOf(plugin, result);
            if (addresses.Count > 0)
            {
                configuration["args"] = new JsonObject { ["cni"] = new JsonObject { ["ips"] = new JsonArray([.. addresses.Select(static address => JsonValue.Create(address))]) } };
            }

            result = NewCall("ADD", plugin, path, configuration, output).Run(plugins)
                ?? throw new PodctlException(ExitCode.Failed, $"plugin '{NetworkConfiguration.Text(plugin, "type")}' printed no result");
        }

        return result!;
    }

    /// <summary>All are asked, also if one fails: the first failure is told.</summary>
    public void Delete(string path)
    {
        JsonObject? result = Result;
        PodctlException? first = null;
        foreach (JsonObject plugin in _network.Plugins.Reverse())
        {
            try
            {
                _ = NewCall("DEL", plugin, path, ConfigurationOf(plugin, result)).Run(plugins);
            }
            catch (PodctlException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    public void Check(string path)
    {
        if (!_network.HasCheck)
        {
            return;
        }

        JsonObject? result = Result;
        foreach (JsonObject plugin in _network.Plugins)
        {
            _ = NewCall("CHECK", plugin, path, ConfigurationOf(plugin, result)).Run(plugins);
        }
    }

    private PluginCall NewCall(string command, JsonObject plugin, string path, JsonObject configuration, Common.Native.Fd? output = null) => new(command, NetworkConfiguration.Text(plugin, "type")!)
    {
        Container = pod.ToString(),
        Namespace = path,
        Interface = attachment.Interface,
        Arguments = attachment.Arguments.Count == 0 ? ""
            : string.Join(';', attachment.Arguments.Any(static argument => argument.StartsWith("IgnoreUnknown=", StringComparison.Ordinal)) ? attachment.Arguments

                // An argument is for one plugin of the chain, and the others must not stumble over it.
                : attachment.Arguments.Prepend("IgnoreUnknown=1")),
        Configuration = configuration,
        Output = output,
        Lock = files.Lock,
    };

    private JsonObject ConfigurationOf(JsonObject plugin, JsonObject? previous)
    {
        JsonObject configuration = (JsonObject)plugin.DeepClone();
        configuration["name"] = _network.Name;
        configuration["cniVersion"] = _network.Version;
        if (previous is not null)
        {
            configuration["prevResult"] = previous.DeepClone();
        }

        if (attachment.Ports.Count > 0 && HasCapability(plugin, "portMappings"))
        {
            configuration["runtimeConfig"] = new JsonObject { ["portMappings"] = new JsonArray([.. attachment.Ports.Select(Mapping)]) };
        }

        return configuration;
    }

    /// <summary>Whether a plugin is to be told something at run time (section 3, Deriving runtimeConfig).</summary>
    public static bool HasCapability(JsonObject plugin, string name) =>
        plugin["capabilities"] is JsonObject capabilities && capabilities[name] is JsonValue value && value.TryGetValue(out bool isOn) && isOn;

    private static JsonObject Mapping(PortMapping port)
    {
        JsonObject mapping = new() { ["hostPort"] = port.HostPort, ["containerPort"] = port.PodPort, ["protocol"] = port.Protocol ?? PortMapping.Tcp };
        if (port.HostAddress is not null)
        {
            mapping["hostIP"] = port.HostAddress;
        }

        return mapping;
    }
}

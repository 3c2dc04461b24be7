using PodManager.Pods;

namespace PodManager.Output;

/// <summary>A network that a pod has joined, in JSON.</summary>
internal sealed record NetworkView(string Name, string Interface, IReadOnlyList<string> Ips, IReadOnlyList<string> Gateways, string? Mac)
{
    public static NetworkView Of(PodNetwork network) => new(network.Name, network.Interface, network.Ips, network.Gateways, network.Mac);

    /// <summary>The pod's networks in a word each, such as `default:ip4=172.16.28.2`; `host` for the host's, nothing for none.</summary>
    public static string TextOf(NetworkMode? mode, IReadOnlyList<PodNetwork> networks) => mode == NetworkMode.Host ? "host" : string.Join(',', networks.Select(static network => network.Address is not { } address ? network.Name
        : $"{network.Name}:{(address.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip4")}={address}"));

    /// <summary>What was asked for: `none`, `host`, `all`, or names.</summary>
    public static string? WordsOf(PodRecord? record) => record?.Network switch
    {
        null => null,
        NetworkMode.Host => "host",
        NetworkMode.All => "all",
        NetworkMode.Named => string.Join(',', record.Networks.Select(static request => request.Name)),
        _ => "none",
    };
}

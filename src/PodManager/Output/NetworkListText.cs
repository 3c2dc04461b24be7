using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>`podctl network list`.</summary>
internal static class NetworkListText
{
    public static string Of(IReadOnlyList<NetworkSummary> networks, bool hasLegend)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add("NAME", "VERSION", "PLUGINS", "FILE", "PROBLEM");
        }

        foreach (NetworkSummary network in networks)
        {
            string problem = network.Problem ?? (network.Missing.Count > 0 ? $"not installed: {string.Join(", ", network.Missing)}" : "");
            table.Add(network.Name ?? "-", network.Version ?? "-", network.Plugins.Count > 0 ? string.Join(',', network.Plugins) : "-", network.File, problem);
        }

        return table.ToString();
    }
}

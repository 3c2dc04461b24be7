using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>Checks a registry's name on a command line: `HOST[:PORT][/NAMESPACE]`.</summary>
internal static class RegistryWords
{
    public static IEnumerable<string> Faults(IReadOnlyList<string> words)
    {
        switch (words)
        {
            case []:
                yield return "must provide a registry";
                break;
            case [string registry]:
                string[] parts = registry.Split('/', 2);
                if (!RegistryRef.IsHost(parts[0]) || parts.Length > 1 && !RegistryRef.IsRepository(parts[1]))
                {
                    yield return $"'{registry}' is no registry: it is written HOST, HOST:PORT or HOST/NAMESPACE";
                }

                break;
            default:
                yield return $"one registry at a time, and '{words[1]}' would be a second";
                break;
        }
    }
}

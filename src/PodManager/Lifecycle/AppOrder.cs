using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Whether the apps of a pod go together: each has a name of its own, and none waits for itself.</summary>
internal static class AppOrder
{
    /// <param name="apps">Each app's name, and the names of those that must be up before it.</param>
    /// <returns>What is wrong; nothing if all is well.</returns>
    public static IReadOnlyList<string> Faults(IReadOnlyList<(AppName Name, IReadOnlyList<AppName> After)> apps)
    {
        List<string> faults =
        [
            .. apps.CountBy(static app => app.Name).Where(static entry => entry.Value > 1).Select(static entry => $"there are several apps named '{entry.Key}': `--name` after an image gives its app another name"),
            .. apps.SelectMany(app => app.After.Where(name => name == app.Name || !apps.Any(other => other.Name == name)).Select(name =>
                name == app.Name ? $"app '{name}' cannot be started after itself" : $"app '{app.Name}' is to be started after '{name}', which is no app of this pod")),
        ];
        if (faults.Count > 0)
        {
            return faults;
        }

        // Those whose predecessors have all been started are started, until none is left.
        HashSet<AppName> started = [];
        while (apps.Where(app => !started.Contains(app.Name) && app.After.All(started.Contains)).ToArray() is { Length: > 0 } next)
        {
            started.UnionWith(next.Select(static app => app.Name));
        }

        return started.Count == apps.Count ? [] : [$"apps wait for each other: {string.Join(", ", apps.Where(app => !started.Contains(app.Name)).Select(static app => app.Name))}"];
    }
}

using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>
/// Reads a pod manifest, podctl-pod(5): the same as `run`'s flags say about a pod and its apps, and by the same readers of values. All that is wrong is found at once.
/// </summary>
internal sealed class ManifestReader
{
    /// <summary>What this podctl reads and writes.</summary>
    public const int Version = 1;

    private readonly ManifestFaults _faults;

    private ManifestReader(ManifestFaults faults) => _faults = faults;

    /// <param name="text">The file's.</param>
    /// <param name="faults">Where what is wrong goes.</param>
    /// <returns>The pod; null if anything is wrong.</returns>
    public static PodOptions? Read(string text, ManifestFaults faults)
    {
        switch (ManifestParser.Parse(text, faults))
        {
            case null:
                return null;
            case ManifestMap map:
                PodOptions pod = new ManifestReader(faults).Read(new ManifestSection(map, faults));
                return faults.Count > 0 ? null : pod;
            case { } other:
                faults.Add(other.Place, "a pod manifest is a map of keys and values, with 'version' and 'apps' among them");
                return null;
        }
    }

    private PodOptions Read(ManifestSection pod)
    {
        pod.Require("version", "a pod manifest");
        _ = pod.Number("version", ReadVersion, Version);
        PodName? name = pod.Value<PodName?>("name", RunValues.ReadPodName, null);
        PodUsers privateUsers = pod.Value("privateUsers", UserRange.Read, PodUsers.Pick);
        ResourceLimits limits = ManifestLimits.ReadOfPod(pod);
        ManifestVolumes volumes = new(pod.Sections("volumes"));
        pod.Require("apps", "a pod manifest");
        IReadOnlyList<ManifestSection> sections = pod.Sections("apps");
        ManifestApp[] apps = [.. sections.Select(section => new ManifestApp(section, volumes, privateUsers.IsPrivate))];
        Notes? notes = ManifestNotes.Read(pod);
        pod.End("a pod");
        if (pod.Has("apps") && sections.Count == 0 && _faults.Count == 0)
        {
            pod.Fault("apps", "pod must contain at least one application");
        }

        CheckOrder(pod, apps);
        return new PodOptions { Name = name, PrivateUsers = privateUsers, Limits = limits, Volumes = volumes.All, Apps = [.. apps.Select(static app => app.Options)], Notes = notes };
    }

    private static string? ReadVersion(string text, out int value)
    {
        value = Version;
        return text == "1" ? null : $"'{text}' is no version that this podctl knows, which is {Version}";
    }

    /// <summary>Whether the apps go together: as <see cref="AppOrder"/> has it, but with places.</summary>
    private void CheckOrder(ManifestSection pod, IReadOnlyList<ManifestApp> apps)
    {
        int before = _faults.Count;
        Dictionary<AppName, ManifestPlace> names = [];
        foreach (ManifestApp app in apps)
        {
            if (app.Name is { } name && !names.TryAdd(name, app.NamePlace))
            {
                _faults.Add(app.NamePlace, $"there is another app named '{name}' in line {names[name].Line}: 'name' gives each its own");
            }
        }

        if (apps.Any(static app => app.Name is null))
        {
            return; // what is wrong with it is told already, and others may mean it
        }

        foreach (ManifestApp app in apps)
        {
            foreach (AppName after in app.Options.After.Where(after => after == app.Name || !names.ContainsKey(after)))
            {
                app.Section.Fault("after", after == app.Name ? "an app cannot be started after itself" : $"there is no app '{after}'");
            }
        }

        if (_faults.Count == before)
        {
            foreach (string fault in AppOrder.Faults([.. apps.Select(static app => (app.Name!.Value, app.Options.After))]))
            {
                pod.Fault("apps", fault);
            }
        }
    }
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Decides what a pod is, before anything of it is made: who its apps run as, what they run, what they may.</summary>
internal static class PodDesigner
{
    /// <param name="id">The pod.</param>
    /// <param name="options">What the user wants.</param>
    /// <param name="images">One for each app, in the same order.</param>
    /// <param name="openRoot">To look at an image's files.</param>
    /// <param name="created">Now.</param>
    /// <returns>The record of a pod that waits to be started, without ids.</returns>
    /// <exception cref="PodctlException">The images and the options do not go together.</exception>
    public static PodRecord Design(PodId id, PodOptions options, IReadOnlyList<StoredImage> images, Func<StoredImage, IImageRoot> openRoot, DateTimeOffset created)
    {
        AppName[] names = [.. options.Apps.Zip(images, static (app, image) => app.Name ?? AppName.FromImage(image.Name))];

        // Again, as the name of an image may be an alias, which nobody knew before.
        if (AppOrder.Faults([.. names.Zip(options.Apps, static (name, app) => (name, app.After))]) is { Count: > 0 } faults)
        {
            throw new PodctlException(ExitCode.RunFailed, string.Join("; ", faults), $"its apps are {string.Join(", ", names)}");
        }

        PodApp[] apps = [.. Each(options.Apps, (app, index) => new AppDesigner(options, app, images[index], openRoot(images[index]), names[index]).App)];
        return new PodRecord
        {
            Uuid = id,
            Name = options.Name,
            Created = created,
            HasGivenUsers = options.PrivateUsers.Given is null ? null : true,
            Hostname = id.MachineName,
            Network = NetworkMode.None,
            InsecureOptions = options.InsecureOptions,
            Mode = RunMode.Detached,
            Volumes = options.Volumes,
            Ports = [.. options.Ports.Select(port => port with { Protocol = port.Protocol ?? ProtocolOf(port.PodPort, images) })],
            Limits = options.Limits,
            Sandbox = options.IsSandbox ? new AppFileSet([], [], []) : null,
            Apps = apps,
            Notes = options.Notes,
        };
    }

    /// <summary>What the images say of a port, if they agree.</summary>
    private static string ProtocolOf(int port, IReadOnlyList<StoredImage> images) =>
        images.SelectMany(static image => image.Config.ExposedPorts).Select(static text => text.Split('/')).Where(words => words[0] == $"{port}")
            .Select(static words => words.Length > 1 ? words[1] : PortMapping.Tcp).Distinct().ToArray() is [var only] && PortMapping.Protocols.Contains(only) ? only : PortMapping.Tcp;

    /// <summary>All apps are looked at, so that all faults are told.</summary>
    private static List<PodApp> Each(IReadOnlyList<AppOptions> apps, Func<AppOptions, int, PodApp> design)
    {
        List<PodApp> designed = [];
        List<PodctlException> faults = [];
        foreach ((int index, AppOptions app) in apps.Index())
        {
            try
            {
                designed.Add(design(app, index));
            }
            catch (PodctlException e)
            {
                faults.Add(e);
            }
        }

        return faults.Count switch
        {
            0 => designed,
            1 => throw faults[0],
            _ => throw new PodctlException(ExitCode.RunFailed, string.Join("; ", faults.Select(static fault => fault.Message)), faults[0].Hint),
        };
    }
}

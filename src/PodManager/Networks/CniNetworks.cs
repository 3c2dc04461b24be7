using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Networks;

/// <summary>Networks by the CNI specification.</summary>
/// <param name="dataDirectory">Where it is on record what pods have been given.</param>
/// <param name="localConfig">The administrator's settings.</param>
/// <param name="systemConfig">The distribution's.</param>
/// <param name="messages">What is to be said to the user.</param>
internal sealed class CniNetworks(string dataDirectory, string localConfig, string systemConfig, IMessageSink messages) : INetworks
{
    /// <summary>For plugins that have outlived their podctl, and have a time limit of their own.</summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(90);

    private readonly string _directory = AttachmentFiles.DirectoryOf(dataDirectory);
    private readonly PluginDirectories _plugins = new(localConfig);

    private IReadOnlyList<NetworkFile> Configured => NetworkFiles.Read([$"{localConfig}/net.d", $"{systemConfig}/net.d"]);

    public IReadOnlyList<NetworkAttachment> Choose(NetworkMode mode, IReadOnlyList<NetworkRequest> requests, IReadOnlyList<PortMapping> ports) =>
        mode is NetworkMode.None or NetworkMode.Host ? [] : new NetworkChoice(Configured, _plugins, messages).Choose(mode == NetworkMode.All ? null : requests, ports);

    public IReadOnlyList<PodNetwork> Join(PodId pod, IReadOnlyList<NetworkAttachment> attachments, string networkNamespace)
    {
        using AttachmentFiles files = AttachmentFiles.Create(_directory, pod, attachments);
        return [.. attachments.Select((attachment, index) => Add(files, pod, attachment, index, networkNamespace, []))];
    }

    public bool Leave(PodId pod)
    {
        using AttachmentFiles? files = AttachmentFiles.Open(_directory, pod, LockTimeout);
        if (files is null)
        {
            return false;
        }

        PluginChain[] chains = ChainsOf(files, pod);
        StandInNamespace? standIn = null;
        try
        {
            PodNetwork[] networks = [.. chains.Select(static chain => chain.Network)];
            if (chains.Any(static chain => chain.Masquerades) && networks.Any(static network => network.Ips.Count > 0))
            {
                standIn = new StandInNamespace(networks.Select(static network => (network.Interface, network.Ips)));
            }

            foreach (PluginChain chain in chains.Reverse())
            {
                Delete(chain, pod, chain.Masquerades ? standIn?.Path ?? "" : "");
            }
        }
        finally
        {
            standIn?.Dispose();
        }

        files.Remove();
        return true;
    }

    public IReadOnlyList<PodId> Owners()
    {
        try
        {
            return [.. Directory.GetDirectories(_directory).Select(static path => PodId.TryParse(Path.GetFileName(path), out PodId? id) ? id : null).OfType<PodId>()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IReadOnlyList<NetworkSummary> List() =>
    [
        .. Configured.Select(file => file.Configuration is not { } network
            ? new NetworkSummary(null, file.Path, null, [], [], null, file.Problem)
            : new NetworkSummary(
                network.Name,
                file.Path,
                network.Version,
                [.. network.Plugins.Select(static plugin => NetworkConfiguration.Text(plugin, "type")!)],
                [.. network.Programs.Distinct().Where(type => _plugins.Find(type) is null)],
                network.ToText(),
                null)),
    ];

    public void Check(PodId pod, string networkNamespace)
    {
        using AttachmentFiles? files = AttachmentFiles.Open(_directory, pod, LockTimeout);
        foreach (PluginChain chain in files is null ? [] : ChainsOf(files, pod))
        {
            Explain($"pod '{pod}' is not on network '{chain.Name}' as it should be", () =>
            {
                chain.Check(networkNamespace);
                return true;
            });
        }
    }

    public void Renew(PodId pod, string networkNamespace)
    {
        using AttachmentFiles? files = AttachmentFiles.Open(_directory, pod, LockTimeout);
        foreach ((int index, NetworkAttachment attachment) in (files?.Read() ?? []).Index())
        {
            // It keeps its addresses, whose leases are free for a moment.
            PluginChain chain = new(_plugins, files!, pod, attachment, index);
            PodNetwork before = chain.Network;
            Delete(chain, pod, networkNamespace);
            _ = Add(files!, pod, attachment, index, networkNamespace, [.. before.Ips.Select(static ip => ip.Split('/')[0])]);
        }
    }

    private PluginChain[] ChainsOf(AttachmentFiles files, PodId pod) => [.. (files.Read() ?? []).Select((attachment, index) => new PluginChain(_plugins, files, pod, attachment, index))];

    /// <summary>The plugin bridge fails when its rules are not there any more, as after a flush, before it has let go of addresses. Without a namespace it does just that.</summary>
    private static void Delete(PluginChain chain, PodId pod, string path) => Explain($"cannot take pod '{pod}' off network '{chain.Name}'", () =>
    {
        try
        {
            chain.Delete(path);
        }
        catch (PodctlException) when (path.Length > 0)
        {
            chain.Delete("");
        }

        return true;
    });

    private PodNetwork Add(AttachmentFiles files, PodId pod, NetworkAttachment attachment, int index, string path, IReadOnlyList<string> addresses) =>
        Explain($"cannot join network '{attachment.Network}'", () => ResultReader.Read(attachment.Network, attachment.Interface, new PluginChain(_plugins, files, pod, attachment, index).Add(path, addresses)));

    private static T Explain<T>(string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (PodctlException e)
        {
            throw new PodctlException(e.Code, $"{what}: {e.Message}", e.Hint, e);
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.Failed, $"{what}: {e.Message}", cause: e);
        }
    }
}

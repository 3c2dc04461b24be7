using PodManager.Lifecycle;

namespace PodManager.Commands;

/// <summary>What the verbs call; each part is made when it is first asked for.</summary>
internal interface IServices : IDisposable
{
    PodService Pods { get; }

    IPodRunner Runner { get; }

    INetworks Networks { get; }

    IPodMeter Meter { get; }

    ICommandRunner Exec { get; }

    IAttacher Attacher { get; }

    PodUpdater Updater { get; }

    ISandboxes Sandboxes { get; }

    IFileService FilesOfPods { get; }

    IImageStore Images { get; }

    IImageSource ImageSource { get; }

    IImageExporter ImageExporter { get; }

    IStoreChecker StoreChecker { get; }

    IImageNames ImageNames { get; }

    ILogins Logins { get; }

    IJournal Journals { get; }

    ITrustedKeys TrustedKeys { get; }

    ITrustPolicy TrustPolicy { get; }
}

using PodManager.Commands;
using PodManager.Images;
using PodManager.Images.Copy;
using PodManager.Images.Credentials;
using PodManager.Images.Export;
using PodManager.Images.Registry;
using PodManager.Lifecycle;
using PodManager.Networks;
using PodManager.Store;
using PodManager.Systemd;
using PodManager.Trust;

namespace PodManager;

/// <summary>Wires the objects that a verb asks for, each when it is first needed: most verbs never speak to the bus.</summary>
internal sealed class Services(Settings settings, IMessageSink messages, IProgressSink progress, TimeProvider time) : IServices
{
    private readonly StartTrace _trace = new(settings.Debug);
    private SystemBus? _bus;
    private SystemBus? _managerBus;
    private UnitManager? _units;
    private MachineManager? _machines;
    private PodStore? _podStore;
    private PodService? _pods;
    private Journal? _journals;
    private LayerStore? _layers;
    private ImageStore? _images;
    private RegistryAccess? _registries;
    private TrustedKeys? _keys;

    public PodService Pods => _pods ??= new PodService(PodStore, Networks, () => Units, time);

    public IJournal Journals => _journals ??= new Journal(settings.Directory);

    public IPodRunner Runner => new RunService(RunServices);

    public ISandboxes Sandboxes => new SandboxService(RunServices, Pods, PodSystemd, new AppChanger(settings.Directory));

    private RunServices RunServices => new(ImageSource, PodStore, new PodStarter(() => Units, () => Machines, OwnCommand, _trace), Networks, () => Units, Journals, messages, _trace, time);

    public INetworks Networks => new CniNetworks(settings.Directory, settings.LocalConfig, settings.SystemConfig, messages);

    /// <summary>How systemd is to call podctl about a pod of this command's.</summary>
    private string[] OwnCommand =>
    [
        Environment.ProcessPath!,
        $"--dir={settings.Directory}",
        .. settings.LocalConfig == Settings.DefaultLocalConfig ? (string[])[] : [$"--local-config={settings.LocalConfig}"],
    ];

    public IPodMeter Meter => new PodMeter();

    public ICommandRunner Exec => new ExecService(Pods, new CommandPlanner(new CallFilterCompiler(new SystemCallSets()), static layers => new ImageRoot(layers)), settings.Directory);

    public IAttacher Attacher => new AttachService(Pods, messages);

    public PodUpdater Updater => new(PodStore, Pods, () => Units, PodSystemd, messages);

    public IFileService FilesOfPods => new FileService(Pods, new AppTrees(Pods, PodStore, settings.Directory), new AppCopier(messages), () => ImageExporter, messages);

    public IImageStore Images => _images ??= new ImageStore(settings.Directory, Layers, PodStore.LayersInUse, time);

    public IImageSource ImageSource => new ImageSource(Images, Layers, new ImageGate(Images, TrustPolicy, messages), Registries, progress);

    public IImageNames ImageNames => Registries;

    public ILogins Logins => new Logins(Host, Registries, messages);

    public ITrustedKeys TrustedKeys => Keys;

    public ITrustPolicy TrustPolicy => new TrustPolicy($"{settings.LocalConfig}/trust.json", Keys, time);

    private RegistryAccess Registries => _registries ??= new RegistryAccess(Host, messages, time);

    private HostEnvironment Host => HostEnvironment.Of(settings.LocalConfig, settings.SystemConfig);

    private TrustedKeys Keys => _keys ??= new TrustedKeys($"{settings.LocalConfig}/trustedkeys", $"{settings.SystemConfig}/trustedkeys");

    public IImageExporter ImageExporter => new ImageExporter(Images, Layers, progress);

    public IStoreChecker StoreChecker => new StoreChecker(settings.Directory, Layers, PodStore.LayersInUse, progress);

    private PodSystemd PodSystemd => new(settings.Directory);

    private LayerStore Layers => _layers ??= new LayerStore(settings.Directory, time, progress);

    private PodStore PodStore => _podStore ??= new PodStore(settings.Directory, time);

    private SystemBus Bus => _bus ??= new SystemBus(isDirect: false);

    private SystemBus ManagerBus => _managerBus ??= new SystemBus(isDirect: true);

    private UnitManager Units => _units ??= new UnitManager(ManagerBus);

    private MachineManager Machines => _machines ??= new MachineManager(Bus);

    public void Dispose()
    {
        foreach ((TimeSpan at, string step) in _trace.Marks)
        {
            messages.Debug($"{at.TotalMilliseconds,8:0.0} ms  {step}");
        }

        _images?.Dispose();
        _bus?.Dispose();
        _managerBus?.Dispose();
    }
}

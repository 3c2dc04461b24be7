using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Store;
using PodManager.Systemd;

namespace PodManager;

/// <summary>Wires the objects that a verb asks for, each when it is first needed: most verbs never speak to the bus.</summary>
internal sealed class Services(Settings settings, TimeProvider time) : IServices
{
    private SystemBus? _bus;
    private UnitManager? _units;
    private PodStore? _podStore;
    private PodService? _pods;
    private Journal? _journals;

    public PodService Pods => _pods ??= new PodService(PodStore, () => Units, time);

    public IJournal Journals => _journals ??= new Journal();

    public IPodRunner Runner => throw new NotSupportedException("running pods is not wired yet");

    public IImageStore Images => throw new NotSupportedException("the image store is not wired yet");

    public IImageSource ImageSource => throw new NotSupportedException("fetching images is not wired yet");

    private PodStore PodStore => _podStore ??= new PodStore(settings.Directory, time);

    private SystemBus Bus => _bus ??= new SystemBus();

    private UnitManager Units => _units ??= new UnitManager(Bus);

    public void Dispose() => _bus?.Dispose();
}

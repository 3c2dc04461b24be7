using Common.Native;
using PodManager.Images;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images;
using PodManager.Tests.Images.Registry;
using PodManager.Tests.Images.Tar;
using Xunit;

namespace PodManager.Tests.Store;

/// <summary>A real store, damaged in each way that a crash or a disk can find, then checked and repaired from a registry on loopback.</summary>
public sealed class StoreCheckerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestHost _host = new(new FakeClock());
    private readonly TestRegistry _registry = new();
    private readonly HashSet<string> _inUse = [];
    private readonly TestImage _image = new TestImage()
        .Layer(new TarBuilder().Folder("./").Folder("etc").File("etc/file", "content", time: 1000).HardLink("link", "etc/file").Symlink("symlink", "etc"))
        .Layer(new TarBuilder().Folder("etc").File("etc/.wh.file").Pax(("SCHILY.xattr.user.note", "a")).File("noted", "n"));

    public StoreCheckerTests() => _registry.Add("app", _image);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Record => Directory.GetFiles(_directory["images/records"]).Single();

    private string NameFile => Directory.GetFiles(_directory["images/names"]).Single();

    public void Dispose()
    {
        _registry.Dispose();
        _directory.Dispose();
    }

    [RootFact]
    public async Task A_good_store_is_good()
    {
        Assert.Empty(Check(isDeep: true));
        _ = await FetchAsync();
        Assert.Empty(Check(isDeep: true));
    }

    [RootTheory]
    [InlineData("missing manifest")]
    [InlineData("altered configuration")]
    [InlineData("unreadable record")]
    [InlineData("empty record")]
    [InlineData("record of another image")]
    [InlineData("missing layer")]
    [InlineData("missing file")]
    [InlineData("shorter file")]
    [InlineData("further file")]
    [InlineData("missing layer record")]
    [InlineData("unreadable layer record")]
    public async Task Damage_is_found_and_repaired(string damage)
    {
        StoredImage image = await FetchAsync();
        Do(damage, image);

        StoreFault fault = Assert.Single(Check(isDeep: false), fault => fault.Images.Contains(image.Id));
        Assert.DoesNotContain('\n', fault.What);
        RepairOutcome outcome = Assert.Single(await RepairAsync(isDeep: false), static outcome => outcome.What.Contains("fetched again", StringComparison.Ordinal));
        Assert.True(outcome.IsGood);

        Assert.Empty(Check(isDeep: true));
        using ImageStore store = OpenStore();
        Assert.Equal(image.Layers, store.Find(ImageRef.Parse(image.Name))!.Layers);
        Assert.Equal("n", await File.ReadAllTextAsync($"{image.Layers[1]}/noted", Ct));
    }

    [RootTheory]
    [InlineData("other content")]
    [InlineData("other mode")]
    [InlineData("other owner")]
    [InlineData("other time")]
    [InlineData("other link")]
    [InlineData("other attribute")]
    [InlineData("other opaque mark")]
    public async Task Deep_damage_is_found_by_a_deep_check_only(string damage)
    {
        StoredImage image = await FetchAsync();
        Do(damage, image);

        Assert.Empty(Check(isDeep: false));
        Assert.Equal([image.Id], Assert.Single(Check(isDeep: true)).Images);
        Assert.All(await RepairAsync(isDeep: true), static outcome => Assert.True(outcome.IsGood));
        Assert.Empty(Check(isDeep: true));
    }

    [RootTheory]
    [InlineData("name without image")]
    [InlineData("unreadable name")]
    [InlineData("half a name")]
    [InlineData("half a record")]
    [InlineData("dead staging")]
    [InlineData("half a removal")]
    [InlineData("document of no image")]
    public async Task Leftovers_are_found_and_removed(string damage)
    {
        StoredImage image = await FetchAsync();
        Do(damage, image);

        Assert.NotEmpty(Check(isDeep: false));
        Assert.All(await RepairAsync(isDeep: false), static outcome => Assert.True(outcome.IsGood));
        Assert.Empty(Check(isDeep: true));
        using ImageStore store = OpenStore();
        Assert.NotNull(store.Find(ImageRef.Parse(damage == "unreadable name" ? image.Id.ToString() : image.Name)));
    }

    [RootTheory]
    [InlineData("missing layer")]
    [InlineData("missing name's image")]
    public async Task What_cannot_be_fetched_now_is_kept(string damage)
    {
        StoredImage image = await FetchAsync();
        if (damage == "missing layer")
        {
            Do(damage, image);
        }
        else
        {
            File.Delete(_directory[$"images/records/{image.Id.ToString().Replace(':', '-')}.json"]);
        }

        _registry.Intercept = static _ => new TestResponse(401);
        Assert.Contains(await RepairAsync(isDeep: false), static outcome => !outcome.IsGood);
        _registry.Intercept = static _ => null;
        Assert.All(await RepairAsync(isDeep: false), static outcome => Assert.True(outcome.IsGood));
        Assert.Empty(Check(isDeep: true));
        using ImageStore store = OpenStore();
        Assert.NotNull(store.Find(ImageRef.Parse(image.Name)));
    }

    [RootTheory]
    [InlineData("blobs")]
    [InlineData("records")]
    [InlineData("names")]
    [InlineData("layers")]
    public async Task What_is_no_file_where_a_file_should_be_is_taken_out(string what)
    {
        StoredImage image = await FetchAsync();
        string directory = what == "layers" ? _directory["layers"] : _directory[$"images/{what}"];
        foreach (string path in Directory.GetFileSystemEntries(directory).Where(static path => Path.GetFileName(path)[0] != '.'))
        {
            if (what == "layers")
            {
                Directory.Delete(path, recursive: true);
                File.WriteAllText(path, "");
            }
            else
            {
                File.Delete(path);
                _ = Directory.CreateDirectory($"{path}/sub");
            }
        }

        Assert.NotEmpty(Check(isDeep: false));
        _ = await RepairAsync(isDeep: false);
        Assert.Empty(Check(isDeep: true));
        Assert.Equal(image.Id, (await FetchAsync()).Id);
    }

    [RootFact]
    public async Task What_cannot_be_fetched_again_is_dropped()
    {
        StoredImage image = await FetchAsync();
        Do("missing layer", image);
        _registry.Intercept = static _ => new TestResponse(404);

        RepairOutcome outcome = Assert.Single(await RepairAsync(isDeep: false));

        Assert.Contains("dropped", outcome.What, StringComparison.Ordinal);
        Assert.Empty(Check(isDeep: true));
        using ImageStore store = OpenStore();
        Assert.Empty(store.List());
    }

    [RootFact]
    public async Task What_a_pod_needs_is_not_touched()
    {
        StoredImage image = await FetchAsync();
        Do("shorter file", image);
        _ = _inUse.Add(image.Layers[1]);

        RepairOutcome outcome = Assert.Single(await RepairAsync(isDeep: false));

        Assert.False(outcome.IsGood);
        Assert.Contains("a pod needs it", outcome.What, StringComparison.Ordinal);
        Assert.True(File.Exists($"{image.Layers[1]}/noted"));
    }

    [RootFact]
    public async Task One_image_is_checked_by_itself()
    {
        StoredImage image = await FetchAsync();
        _ = _registry.Add("other", new TestImage().Layer(new TarBuilder().File("other")));
        StoredImage other = await FetchAsync("other");
        Do("other content", image);

        _ = Assert.Single(Checker().Check(isDeep: true, image.Id, Ct));
        Assert.Empty(Checker().Check(isDeep: true, other.Id, Ct));
    }

    private void Do(string damage, StoredImage image)
    {
        string upper = image.Layers[1];
        string layer = Path.GetDirectoryName(upper)!;
        switch (damage)
        {
            case "missing manifest":
                File.Delete(_directory[$"images/blobs/sha256-{image.Id.Hex}"]);
                break;
            case "altered configuration":
                Append(_directory[$"images/blobs/sha256-{ContentHash.Of(_image.Config).Hex}"]);
                break;
            case "unreadable record":
                File.WriteAllText(Record, "{");
                break;
            case "empty record":
                File.WriteAllText(Record, "");
                break;
            case "record of another image":
                File.WriteAllText(Record, File.ReadAllText(Record).Replace(image.Id.Hex, new string('0', 64), StringComparison.Ordinal));
                break;
            case "missing layer":
                Directory.Delete(layer, recursive: true);
                break;
            case "missing file":
                File.Delete($"{upper}/noted");
                break;
            case "shorter file":
                File.WriteAllText($"{upper}/noted", "");
                break;
            case "further file":
                File.WriteAllText($"{upper}/further", "");
                break;
            case "missing layer record":
                File.Delete($"{layer}/layer.json");
                break;
            case "unreadable layer record":
                File.WriteAllText($"{layer}/layer.json", "nul");
                break;
            case "other content":
                Keep($"{upper}/noted", static path => File.WriteAllText(path, "m"));
                break;
            case "other mode":
                SetMode(upper, "noted"u8);
                break;
            case "other owner":
                Keep($"{upper}/noted", static path => Files.SetOwner(null, path, 1, 1));
                break;
            case "other time":
                File.SetLastWriteTimeUtc($"{upper}/noted", DateTime.UnixEpoch.AddDays(5));
                break;
            case "other link":
                Relink($"{image.Layers[0]}/symlink");
                break;
            case "other attribute":
                SetAttribute(upper, "noted"u8, "user.note"u8);
                break;
            case "other opaque mark":
                SetAttribute(upper, "etc"u8, "trusted.overlay.opaque"u8);
                break;
            case "name without image":
                File.WriteAllText(_directory["images/names/oci:%2Fnowhere.json"], """{"version":1,"name":"oci:/nowhere","image":"sha256:00","assignedAt":"2026-01-01T00:00:00Z"}""");
                break;
            case "unreadable name":
                File.WriteAllText(NameFile, "{");
                break;
            case "half a name":
                Abandon("images/names/.x.json.tmp");
                break;
            case "half a record":
                Abandon("images/records/.x.json.tmp");
                break;
            case "dead staging":
                _ = Directory.CreateDirectory(_directory["layers/.staging-sha256-00/root"]);
                break;
            case "half a removal":
                _ = Directory.CreateDirectory(_directory["layers/.deleting-00/root"]);
                break;
            case "document of no image":
                File.WriteAllText(_directory[$"images/blobs/sha256-{new string('0', 64)}"], "x");
                break;
            default:
                throw new ArgumentException(damage);
        }
    }

    private static void Append(string path) => File.AppendAllText(path, " ");

    private static void Keep(string path, Action<string> change)
    {
        DateTime time = File.GetLastWriteTimeUtc(path);
        change(path);
        File.SetLastWriteTimeUtc(path, time);
    }

    private static void Relink(string path)
    {
        using Fd parent = Files.Open(Path.GetDirectoryName(path)!, 0);
        FileStatus before = RawFiles.Status(parent, "symlink"u8)!.Value;
        File.Delete(path);
        _ = RawFiles.TryMakeSymbolicLink(parent, "symlink"u8, "ect"u8);
        RawFiles.SetTime(parent, "symlink"u8, before.ModifiedSeconds, before.ModifiedNanoseconds);
        RawFiles.SetTime(parent, "."u8, 0, 0);
    }

    private static void SetAttribute(string root, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute)
    {
        using Fd directory = Files.Open(root, 0);
        RawFiles.SetAttribute(directory, name, attribute, "b"u8);
    }

    private static void SetMode(string root, ReadOnlySpan<byte> name)
    {
        using Fd directory = Files.Open(root, 0);
        RawFiles.SetMode(directory, name, 0x100);
    }

    private void Abandon(string path) => File.WriteAllText(_directory[path], "half");

    private IReadOnlyList<StoreFault> Check(bool isDeep) => Checker().Check(isDeep, image: null, Ct);

    private StoreChecker Checker() => new(_directory.Path, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), () => _inUse, new FakeProgress());

    private ImageStore OpenStore() => new(_directory.Path, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), () => _inUse, TimeProvider.System);

    private async Task<IReadOnlyList<RepairOutcome>> RepairAsync(bool isDeep)
    {
        using ImageStore store = OpenStore();
        return await new StoreRepair(Checker(), Source(store), Options).RepairAsync(Check(isDeep), Ct);
    }

    private async Task<StoredImage> FetchAsync(string name = "app")
    {
        using ImageStore store = OpenStore();
        return await Source(store).GetAsync($"{_registry.Host}/{name}", Options, Ct);
    }

    private ImageSource Source(ImageStore store) => new(
        store, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), new ImageGate(store, new FakeTrustPolicy(), new FakeMessages()), _host.Registries, new FakeProgress());

    private static FetchOptions Options => new(PullPolicy.New, AllowHttp: true, AllowBadTls: false) { SkipTrust = true };
}

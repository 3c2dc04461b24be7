using PodManager.Images;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images.Registry;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Images;

/// <summary>Fetching for real: a registry on loopback, a store on disk.</summary>
public sealed class ImageSourceTests : IDisposable
{
    private static readonly TarBuilder Base = new TarBuilder().Folder("./").Folder("etc").File("etc/passwd", "app:x:1000:1000::/home/app:\n").Folder("tmp", mode: 0x3ff, uid: 5, time: 1000);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestRegistry _registry = new();
    private readonly FakeProgress _progress = new();
    private readonly TestHost _host = new(new FakeClock());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _registry.Dispose();
        _host.Dispose();
        _directory.Dispose();
    }

    [RootFact]
    public async Task An_image_is_fetched_unpacked_and_named()
    {
        TestImage image = new TestImage { AppConfig = """{"User":"app"}""" }.Layer(Base).Layer(new TarBuilder().Folder("etc").File("etc/hostname", "web"));
        _ = _registry.Add("app", image);

        StoredImage stored = await GetAsync("app", PullPolicy.New);

        Assert.Equal((ContentHash.Of(image.Manifest), $"{_registry.Host}/app:latest", "app"), (stored.Id, stored.Name, stored.Config.User));
        Assert.Equal(2, stored.Layers.Count);
        IImageRoot root = Open().OpenRoot(stored);
        Assert.Equal("web", File.ReadAllText(root.Find("/etc/hostname")!.HostPath));
        Assert.Equal("/home/app", root.FindUser(stored.Config.User).Home);
        Assert.Equal(
            image.Blobs.Select(static blob => ("Downloading " + ContentHash.Of(blob).ToString()[..18], blob.Length, true, true)).Order(),
            _progress.Items.Select(static item => (item.Label, (int)item.Done, item.IsComplete, item.IsEnded)).Order());
    }

    [RootFact]
    public async Task What_is_here_is_not_fetched_again()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base).Layer(new TarBuilder().File("a")));
        _ = await GetAsync("app", PullPolicy.New);
        int before = _registry.Requests.Count;

        _ = await GetAsync("app", PullPolicy.New);
        _ = await GetAsync("app", PullPolicy.Never);
        Assert.Equal(before, _registry.Requests.Count);

        _ = await GetAsync("app", PullPolicy.Update);
        Assert.Equal(before + 1, _registry.Requests.Count);
        Assert.Equal("HEAD", _registry.Requests.Last().Method);

        // Another image with the same base.
        _ = _registry.Add("other", new TestImage().Layer(Base).Layer(new TarBuilder().File("b")));
        _ = await GetAsync("other", PullPolicy.New);
        Assert.Equal(before + 1 + 3, _registry.Requests.Count);
    }

    [RootFact]
    public async Task A_registry_that_answers_no_HEAD_is_asked_in_full()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base));
        StoredImage old = await GetAsync("app", PullPolicy.New);
        _registry.Intercept = static request => request.Method == "HEAD" ? new TestResponse(405) : null;
        int before = _registry.Requests.Count;

        Assert.Equal(old.Id, (await GetAsync("app", PullPolicy.Update)).Id);

        Assert.Equal(before + 3, _registry.Requests.Count); // that, manifest, configuration
    }

    [RootFact]
    public async Task Never_means_never()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base));

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => GetAsync("app", PullPolicy.Never));

        Assert.Equal(ExitCode.NotFound, failure.Code);
        Assert.Empty(_registry.Requests);
    }

    [RootFact]
    public async Task An_id_is_never_fetched()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base));
        StoredImage image = await GetAsync("app", PullPolicy.New);

        using ImageStore store = OpenStore();
        Assert.Equal(image.Id, (await Open(store).GetAsync(image.Id.ToString()[..12], Options(PullPolicy.Update), Ct)).Id);
        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => Open(store).GetAsync("sha256:0000", Options(PullPolicy.Update), Ct));
        Assert.Equal(ExitCode.NotFound, failure.Code);
    }

    [RootFact]
    public async Task An_update_follows_the_tag()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base));
        StoredImage old = await GetAsync("app", PullPolicy.New);
        _ = _registry.Add("app", new TestImage().Layer(Base).Layer(new TarBuilder().File("new")));

        Assert.Equal(old.Id, (await GetAsync("app", PullPolicy.New)).Id);
        Assert.NotEqual(old.Id, (await GetAsync("app", PullPolicy.Update)).Id);
    }

    [RootFact]
    public async Task A_digest_that_is_here_needs_no_update()
    {
        TestImage image = new TestImage().Layer(Base);
        _ = _registry.Add("app", image);
        byte[] index = TestImage.Index(image.Entry());
        _registry.AddIndex("app", index);
        string pinned = $"app@{ContentHash.Of(index)}";
        Assert.Equal(ContentHash.Of(image.Manifest), (await GetAsync(pinned, PullPolicy.Update)).Id);
        int before = _registry.Requests.Count;

        _ = await GetAsync(pinned, PullPolicy.Update);

        Assert.Equal(before, _registry.Requests.Count);
    }

    [RootFact]
    public async Task A_layer_that_is_bad_leaves_no_image_and_no_rubbish()
    {
        TestImage image = new TestImage().Layer(Base).Layer(new TarBuilder().File("a", new string('a', 100_000))).Layer(new TarBuilder().File("b"));
        _ = _registry.Add("app", image);
        byte[] bad = [.. image.Blobs[1][..^1], (byte)~image.Blobs[1][^1]];
        _registry.Intercept = request => request.Path.EndsWith(ContentHash.Of(image.Blobs[1]).ToString(), StringComparison.Ordinal) ? new TestResponse(200) { Body = bad } : null;

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => GetAsync("app", PullPolicy.New));

        Assert.Equal(ExitCode.Failed, failure.Code);
        Assert.Equal($"cannot fetch image '{_registry.Host}/app:latest'", failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_directory["layers"], ".*"));
        Assert.False(Directory.Exists(_directory[$"layers/sha256-{image.DiffIds[1].Hex}"]));
        using ImageStore store = OpenStore();
        Assert.Empty(store.List());

        // The good layers were not in vain.
        _registry.Intercept = static _ => null;
        int before = _registry.Requests.Count;
        _ = await GetAsync("app", PullPolicy.New);
        Assert.InRange(_registry.Requests.Count - before, 3, 5);
    }

    [RootFact]
    public async Task Two_at_once_share_the_work()
    {
        TestImage image = new();
        for (int i = 0; i < 8; i++)
        {
            _ = image.Layer(new TarBuilder().File($"file{i}", new string('x', 200_000)));
        }

        _ = _registry.Add("app", image).Add("again", image);

        StoredImage[] images = await Task.WhenAll(Task.Run(() => GetAsync("app", PullPolicy.New), Ct), Task.Run(() => GetAsync("again", PullPolicy.New), Ct));

        Assert.Equal(images[0].Layers, images[1].Layers);
        Assert.Equal(8 + 2, _registry.CountOf("/blobs/")); // each layer once, the configuration twice
        using ImageStore store = OpenStore();
        Assert.Equal(2, Assert.Single(store.List()).Names.Count);
    }

    [RootFact]
    public async Task A_cancelled_fetch_leaves_no_rubbish()
    {
        _ = _registry.Add("app", new TestImage().Layer(Base));
        using CancellationTokenSource cancellation = new();
        _registry.Intercept = request =>
        {
            if (request.Path.Contains("/blobs/", StringComparison.Ordinal) && !_progress.Items.IsEmpty)
            {
                cancellation.Cancel();
            }

            return null;
        };
        using ImageStore store = OpenStore();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open(store).GetAsync($"{_registry.Host}/app", Options(PullPolicy.New), cancellation.Token));

        Assert.Empty(Directory.GetFileSystemEntries(_directory["layers"]));
    }

    [RootFact]
    public async Task A_layer_that_an_image_has_twice_is_mounted_once()
    {
        TarBuilder twice = new TarBuilder().File("file", "upper");
        TestImage image = new TestImage().Layer(twice).Layer(new TarBuilder().File("file", "lower")).Layer(new TarBuilder()).Layer(twice);
        _ = _registry.Add("app", image);

        StoredImage stored = await GetAsync("app", PullPolicy.New);

        // The empty layer is left out, too.
        Assert.Equal([image.DiffIds[1], image.DiffIds[0]], stored.Layers.Select(LayerId));
        Assert.Equal("upper", File.ReadAllText(Open().OpenRoot(stored).Find("/file")!.HostPath));
    }

    [RootFact]
    public async Task A_layer_that_hides_all_below_is_the_lowest()
    {
        TestImage image = new TestImage().Layer(Base).Layer(new TarBuilder().File(".wh..wh..opq").File("only"));
        _ = _registry.Add("app", image);

        StoredImage stored = await GetAsync("app", PullPolicy.New);

        Assert.Equal([image.DiffIds[1]], stored.Layers.Select(LayerId));
    }

    [RootFact]
    public async Task Directories_that_a_layer_only_implies_keep_what_lower_layers_say()
    {
        TestImage image = new TestImage().Layer(Base).Layer(new TarBuilder().File("tmp/sub/file", "x").Folder("etc", mode: 0x1c0));
        _ = _registry.Add("app", image);

        StoredImage stored = await GetAsync("app", PullPolicy.New);

        IImageRoot root = Open().OpenRoot(stored);
        Assert.Equal((0x43ffu, 5u), (root.Find("/tmp")!.Mode, root.Find("/tmp")!.Uid));
        Assert.Equal(0x41c0u, root.Find("/etc")!.Mode);
        Assert.Equal("x", File.ReadAllText(root.Find("/tmp/sub/file")!.HostPath));
        Assert.Equal(3, stored.Layers.Count);
        Assert.Equal(["tmp"], Directory.GetFileSystemEntries(stored.Layers[2]).Select(static path => Path.GetFileName(path)));
        Assert.Equal(1000, new DateTimeOffset(Directory.GetLastWriteTimeUtc($"{stored.Layers[2]}/tmp"), TimeSpan.Zero).ToUnixTimeSeconds());

        // It belongs to the image like any layer.
        int before = _registry.Requests.Count;
        Assert.Equal(stored.Layers, (await GetAsync("app", PullPolicy.Update)).Layers);
        Assert.Equal(before + 1, _registry.Requests.Count);
        using ImageStore store = OpenStore();
        _ = store.Remove(ImageRef.Parse(stored.Id.ToString()), Ct);
        Assert.Empty(Directory.GetFileSystemEntries(_directory["layers"]));
    }

    [RootFact]
    public async Task Dead_fetches_are_cleared_away_by_the_next()
    {
        _ = Directory.CreateDirectory(_directory["layers/.staging-sha256-00/root/dir"]);
        _ = _registry.Add("app", new TestImage().Layer(Base));

        _ = await GetAsync("app", PullPolicy.New);

        Assert.Empty(Directory.GetFileSystemEntries(_directory["layers"], ".*"));
    }

    [RootFact]
    public async Task A_broken_registry_is_named_and_changes_nothing()
    {
        _registry.Intercept = static _ => new TestResponse(200) { Body = "<html>"u8.ToArray(), Headers = new() { ["Content-Type"] = "text/html" } };

        PodctlException failure = await Assert.ThrowsAsync<PodctlException>(() => GetAsync("app", PullPolicy.New));

        Assert.Contains(_registry.Host, failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory["layers"]));
    }

    private static FetchOptions Options(PullPolicy policy) => new(policy, AllowHttp: true, AllowBadTls: false) { SkipTrust = true };

    private static Digest LayerId(string path) =>
        Digest.TryParse(Path.GetFileName(Path.GetDirectoryName(path)!).Replace('-', ':'), out Digest? id) ? id : throw new FormatException(path);

    private ImageStore OpenStore() => new(_directory.Path, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), static () => new HashSet<string>(), TimeProvider.System);

    private ImageSource Open() => Open(OpenStore());

    private ImageSource Open(ImageStore store) => new(
        store, new LayerStore(_directory.Path, TimeProvider.System, new FakeProgress()), new ImageGate(store, new FakeTrustPolicy(), new FakeMessages()), _host.Registries, _progress);

    /// <summary>As one podctl does it, from its start to its end.</summary>
    private async Task<StoredImage> GetAsync(string name, PullPolicy policy)
    {
        using ImageStore store = OpenStore();
        return await Open(store).GetAsync($"{_registry.Host}/{name}", Options(policy), Ct);
    }
}

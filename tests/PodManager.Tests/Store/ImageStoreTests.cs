using PodManager.Images;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images;
using Xunit;

namespace PodManager.Tests.Store;

public sealed class ImageStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeProgress _progress = new();
    private readonly LayerStore _layers;
    private readonly HashSet<string> _inUse = [];

    public ImageStoreTests() => _layers = new LayerStore(_directory.Path, TimeProvider.System, _progress);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_is_found_by_its_name_and_the_beginning_of_its_id()
    {
        Digest id = await AddAsync("app:1.0", "one", "two");
        using ImageStore store = Open();

        StoredImage image = store.Find(Ref("docker://app:1.0"))!;
        Assert.Equal((id, "docker.io/library/app:1.0", "app:1.0"), (image.Id, image.Name, image.Config.User));
        Assert.Equal([PathOf("one"), PathOf("two")], image.Layers);
        Assert.Equal("docker.io/library/app:1.0", store.Find(Ref($"sha256:{id.Hex[..4]}"))!.Name);
        Assert.Equal(id, store.Find(Ref(id.ToString()))!.Id);
        Assert.Null(store.Find(Ref("app:2.0")));
        Assert.Null(store.Find(Ref("sha256:ffffffff")));
    }

    [Fact]
    public void An_empty_store_has_nothing()
    {
        using ImageStore store = Open();

        Assert.Empty(store.List());
        Assert.Null(store.Find(Ref("app")));
        Assert.Equal(ExitCode.NotFound, Assert.Throws<PodctlException>(() => store.Remove(Ref("app"), Ct)).Code);
    }

    [Fact]
    public async Task An_id_that_several_images_begin_with_is_ambiguous()
    {
        // Seventeen images, sixteen first digits.
        List<Digest> ids = [];
        for (int i = 0; i < 300 && ids.GroupBy(static id => id.Hex[..2]).All(static group => group.Count() < 2); i++)
        {
            ids.Add(await AddAsync($"app:{i}", "one"));
        }

        string prefix = ids.GroupBy(static id => id.Hex[..2]).First(static group => group.Count() > 1).Key;
        using ImageStore store = Open();

        Assert.Equal(ExitCode.Usage, Assert.Throws<PodctlException>(() => store.Find(Ref($"sha256:{prefix}"))).Code);
    }

    [Fact]
    public async Task A_name_goes_to_the_newer_image_and_the_older_stays()
    {
        Digest old = await AddAsync("app", "one");
        Digest newer = await AddAsync("app", "two");
        using ImageStore store = Open();

        Assert.Equal(newer, store.Find(Ref("app"))!.Id);
        Assert.Equal([(old, 0), (newer, 1)], store.List().Select(static image => (image.Id, image.Names.Count)));
        Assert.Equal(old.ToString(), store.Find(Ref(old.ToString()))!.Name);
    }

    [Fact]
    public async Task Sizes_tell_what_is_shared()
    {
        _ = await AddAsync("a", "base", "own-a");
        _ = await AddAsync("b", "base", "own-bb");
        using ImageStore store = Open();

        IReadOnlyList<ImageSummary> images = store.List();
        Assert.Equal([4L, 4L], images.Select(static image => image.SharedBytes));
        Assert.Equal([5L + 9, 6L + 9], images.Select(static image => image.OwnBytes)); // the manifests have nine bytes
        Assert.Equal([4L + 5 + 9, 4L + 6 + 9], images.Select(static image => image.SizeBytes));
    }

    [Fact]
    public async Task Using_an_image_is_remembered_and_importing_it_again_does_not_change_its_age()
    {
        FakeTime time = new();
        _ = await AddAsync("app", time, "one");
        time.Now += TimeSpan.FromHours(1);
        using (ImageStore store = Open(time))
        {
            _ = store.Find(Ref("app"));
        }

        time.Now += TimeSpan.FromHours(1);
        ImageSummary image = Assert.Single(Open(time).List());
        Assert.Equal((FakeTime.Start, FakeTime.Start.AddHours(1)), (image.ImportedAt, image.LastUsedAt));

        _ = await AddAsync("app", time, "one");
        image = Assert.Single(Open(time).List());
        Assert.Equal((FakeTime.Start, FakeTime.Start.AddHours(2)), (image.ImportedAt, image.LastUsedAt));
    }

    [Fact]
    public async Task Removing_a_name_keeps_the_image_while_it_has_another()
    {
        Digest id = await AddAsync("a", "one");
        _ = await AddAsync("b", "one");
        using ImageStore store = Open();

        ImageRemoval first = store.Remove(Ref("a"), Ct);
        Assert.Equal((id, false, 0L), (first.Id, first.ImageRemoved, first.FreedBytes));
        Assert.Equal(["docker.io/library/a:latest"], first.Names);
        Assert.True(Directory.Exists(PathOf("one")));

        ImageRemoval second = store.Remove(Ref("b"), Ct);
        Assert.Equal((true, 3L), (second.ImageRemoved, second.FreedBytes));
        AssertEmpty();
    }

    [Fact]
    public async Task Removing_an_id_removes_all_its_names()
    {
        Digest id = await AddAsync("a", "one");
        _ = await AddAsync("b", "one");
        using ImageStore store = Open();

        ImageRemoval removal = store.Remove(Ref(id.ToString()), Ct);

        Assert.Equal((2, true), (removal.Names.Count, removal.ImageRemoved));
        AssertEmpty();
    }

    [Fact]
    public async Task Layers_that_another_image_needs_stay()
    {
        _ = await AddAsync("a", "base", "own-a");
        _ = await AddAsync("b", "base", "own-b");
        using ImageStore store = Open();

        Assert.Equal(5, store.Remove(Ref("a"), Ct).FreedBytes);

        Assert.True(Directory.Exists(PathOf("base")));
        Assert.False(Directory.Exists(PathOf("own-a")));
        Assert.NotNull(store.Find(Ref("b")));
    }

    [Fact]
    public async Task Layers_that_a_pod_needs_stay_until_the_pod_is_gone()
    {
        _ = await AddAsync("a", "one", "two");
        _ = await AddAsync("b", "three");
        _ = _inUse.Add(PathOf("one"));
        using ImageStore store = Open();

        Assert.Equal(3, store.Remove(Ref("a"), Ct).FreedBytes);
        Assert.True(Directory.Exists(PathOf("one")));
        Assert.False(Directory.Exists(PathOf("two")));

        _inUse.Clear();
        Assert.Equal(3 + 5, store.Remove(Ref("b"), Ct).FreedBytes);
        AssertEmpty();
    }

    [Fact]
    public async Task If_nobody_knows_what_pods_need_nothing_is_removed()
    {
        _ = await AddAsync("a", "one");
        using ImageStore store = new(_directory.Path, _layers, static () => throw new PodctlException(ExitCode.Failed, "a pod cannot be read"), TimeProvider.System);

        _ = Assert.Throws<PodctlException>(() => store.Remove(Ref("a"), Ct));

        Assert.NotNull(store.Find(Ref("a")));
    }

    [Fact]
    public async Task An_image_that_was_given_out_keeps_its_layers_until_it_is_given_back()
    {
        _ = await AddAsync("a", "one");
        _ = await AddAsync("b", "two");
        using ImageStore remover = Open();
        using (ImageStore user = Open())
        {
            StoredImage image = user.Find(Ref("a"))!;

            Assert.Equal(0, remover.Remove(Ref("a"), Ct).FreedBytes);
            Assert.True(Directory.Exists(image.Layers[0]));
            Assert.Null(remover.Find(Ref("a")));
        }

        Assert.Equal(3 + 3, remover.Remove(Ref("b"), Ct).FreedBytes);
        AssertEmpty();
    }

    [Fact]
    public async Task A_layer_that_is_being_fetched_is_not_removed_under_the_fetch()
    {
        _ = await AddAsync("a", "base");
        using ILayerHold fetching = await _layers.HoldAsync(Id("base"), Ct);
        using ImageStore store = Open();

        _ = store.Remove(Ref("a"), Ct);

        Assert.True(Directory.Exists(fetching.Layer!.Path));
        Digest id = await AddAsync("b", "base", "more");
        Assert.Equal(id, store.Find(Ref("b"))!.Id);
    }

    [Fact]
    public async Task An_image_whose_layer_is_gone_is_not_there()
    {
        _ = await AddAsync("a", "one", "two");
        Directory.Delete(Path.GetDirectoryName(PathOf("two"))!, recursive: true);
        using ImageStore store = Open();

        Assert.Null(store.Find(Ref("a")));

        _ = await AddAsync("a", "one", "two");
        Assert.NotNull(store.Find(Ref("a")));
    }

    [Fact]
    public async Task What_a_crash_leaves_of_a_removal_is_no_image_and_goes_with_the_next_removal()
    {
        // After each of its steps: the name is gone; the record, too; the layer has lost its name; a file was half written.
        _ = await AddAsync("a", "one");
        _ = await AddAsync("b", "two");
        File.Delete(Directory.GetFiles(_directory["images/names"]).Single(static path => path.Contains("%2Fa:", StringComparison.Ordinal)));
        using ImageStore store = Open();
        Assert.Null(store.Find(Ref("a")));
        Assert.Equal(2, store.List().Count);

        File.Delete(Directory.GetFiles(_directory["images/records"]).Single(path => File.ReadAllText(path).Contains(Id("one").Hex, StringComparison.Ordinal)));
        _ = Assert.Single(store.List());
        Directory.CreateDirectory(_directory["layers/.deleting-x/root/deep"]).Refresh();
        File.WriteAllText(_directory["images/names/.b.json.tmp"], "half");
        File.WriteAllText(_directory["images/records/.b.json.tmp"], "half");

        _ = store.Remove(Ref("b"), Ct);

        AssertEmpty();
    }

    [Fact]
    public async Task Images_that_nobody_uses_go_all_at_once_and_it_is_told_how_far_that_is()
    {
        FakeTime time = new();
        Digest a = await AddAsync("a", time, "base", "own-a");
        Digest b = await AddAsync("b", time, "base", "own-bb");
        Digest needed = await AddAsync("c", time, "of-a-pod");
        time.Now += TimeSpan.FromHours(1);
        _ = await AddAsync("d", time, "new");
        using ImageStore store = Open(time);

        IReadOnlyList<ImageRemoval> removals = store.RemoveUnused(FakeTime.Start, new HashSet<string> { needed.ToString() }, Ct);

        Assert.Equal([(a, 5L), (b, 4L + 6)], removals.Select(static removal => (removal.Id, removal.FreedBytes)).OrderBy(static removal => removal.FreedBytes));
        FakeProgress.Item item = Assert.Single(_progress.Items);
        Assert.Equal((4L + 5 + 6, 4L + 5 + 6, true, true), (item.TotalBytes, item.Done, item.IsComplete, item.IsEnded));
        Assert.Equal(2, store.List().Count);
        Assert.Empty(store.RemoveUnused(FakeTime.Start, new HashSet<string> { needed.ToString() }, Ct));
        _ = Assert.Single(_progress.Items);
    }

    [Fact]
    public async Task A_name_without_a_record_is_none()
    {
        _ = await AddAsync("a", "one");
        File.Delete(Directory.GetFiles(_directory["images/records"]).Single());
        using ImageStore store = Open();

        Assert.Null(store.Find(Ref("a")));
        Assert.Empty(store.List());
        _ = store.Remove(Ref("a"), Ct);
        AssertEmpty();
    }

    [Fact]
    public async Task A_damaged_record_is_said_to_be_damaged()
    {
        _ = await AddAsync("a", "one");
        File.WriteAllText(Directory.GetFiles(_directory["images/records"]).Single(), "{");
        using ImageStore store = Open();

        Assert.Equal(ExitCode.Failed, Assert.Throws<PodctlException>(() => store.Find(Ref("a"))).Code);
    }

    [Fact]
    public async Task Names_longer_than_a_files_name_are_kept_too()
    {
        string name = string.Join('/', Enumerable.Repeat(new string('n', 50), 5)) + ":" + new string('t', 120);
        _ = await AddAsync(name, "one");
        using (ImageStore store = Open())
        {
            Assert.Equal($"docker.io/{name}", store.Find(Ref(name))!.Name);
        }

        using ImageStore remover = Open();
        _ = remover.Remove(Ref(name), Ct);
        AssertEmpty();
    }

    [Fact]
    public async Task Adding_and_removing_at_the_same_time_leave_a_whole_store()
    {
        string[] names = ["a", "b", "c", "d"];
        await Task.WhenAll(names.Select(name => Task.Run(
            async () =>
            {
                for (int i = 0; i < 5; i++)
                {
                    _ = await AddAsync(name, "base", name);
                    using ImageStore store = Open();
                    Assert.All(store.Find(Ref(name))!.Layers, static path => Assert.True(Directory.Exists(path)));
                    _ = store.Remove(Ref(name), Ct);
                }
            },
            Ct)));

        _ = await AddAsync("last", "base");
        using ImageStore end = Open();
        _ = end.Remove(Ref("last"), Ct);
        AssertEmpty();
    }

    private static ImageRef Ref(string text) => ImageRef.Parse(text);

    private static Digest Id(string layer) => ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(layer));

    private ImageStore Open(TimeProvider? time = null) => new(_directory.Path, _layers, () => _inUse, time ?? TimeProvider.System);

    private string PathOf(string layer) => _directory[$"layers/sha256-{Id(layer).Hex}/root"];

    private Task<Digest> AddAsync(string name, params string[] layers) => AddAsync(name, TimeProvider.System, layers);

    /// <summary>Puts an image in as a fetch does: the layers first. A layer's name is its content, too.</summary>
    private async Task<Digest> AddAsync(string name, TimeProvider time, params string[] layers)
    {
        using ImageStore store = Open(time);
        List<ILayerHold> holds = [];
        foreach (string layer in layers)
        {
            ILayerHold hold = await _layers.HoldAsync(Id(layer), Ct);
            if (hold.Layer is null)
            {
                await File.WriteAllTextAsync(Path.Combine(hold.StagingPath, "file"), layer, Ct);
                _ = await hold.CompleteAsync(new LayerContent(layer.Length, 1, false, []), Ct);
            }

            holds.Add(hold);
        }

        byte[] manifest = System.Text.Encoding.UTF8.GetBytes(string.Join(' ', layers) + (name.StartsWith("app:", StringComparison.Ordinal) ? name : ""));
        Digest id = ContentHash.Of(manifest);
        ImageConfig config = new() { User = name };
        _ = store.Add(new NewImage(
            id, Ref(name).Name, config, [.. holds.Select(static hold => hold.Layer!)], [new ImageDocument(id, "type", manifest.AsMemory(0, Math.Min(manifest.Length, 9)))]));
        holds.ForEach(static hold => hold.Dispose());
        return id;
    }

    private void AssertEmpty() => Assert.Equal(
        ["images/lock"],
        Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_directory.Path, path))
            .Where(static path => path is not ("images" or "layers" or "images/blobs" or "images/names" or "images/records")));

    private sealed class FakeTime : TimeProvider
    {
        public static DateTimeOffset Start { get; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using Common.Native;
using PodManager.Images;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Store;

public sealed class LayerStoreTests : IDisposable
{
    private static readonly Digest Id = ContentHash.Of("layer"u8);
    private static readonly LayerContent Content = new(5, 2, HidesLower: true, ["dir"]);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Staging => _directory[$"layers/.staging-sha256-{Id.Hex}"];

    private string Complete => _directory[$"layers/sha256-{Id.Hex}"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_layer_appears_when_it_is_complete()
    {
        using (ILayerHold hold = await Open().HoldAsync(Id, Ct))
        {
            Assert.Null(hold.Layer);
            Assert.Empty(Directory.GetFileSystemEntries(hold.StagingPath));
            File.WriteAllText(Path.Combine(hold.StagingPath, "file"), "text");
            Assert.False(Directory.Exists(Complete));

            Layer layer = await hold.CompleteAsync(Content, Ct);

            Assert.Equal((Id, $"{Complete}/root"), (layer.Id, layer.Path));
            Assert.Equal("text", File.ReadAllText($"{layer.Path}/file"));
        }

        using ILayerHold again = await Open().HoldAsync(Id, Ct);
        Assert.Equal($"{Complete}/root", again.Layer!.Path);
        Assert.Equivalent(Content, again.Layer.Content);
    }

    [Fact]
    public async Task Layers_are_for_root_only()
    {
        using ILayerHold hold = await Open().HoldAsync(Id, Ct);

        Assert.Equal(0x1c0u, ModeOf(_directory["layers"]));
        Assert.Equal(0x1c0u, ModeOf(Staging));
    }

    [Fact]
    public async Task An_unfinished_layer_is_thrown_away_with_its_hold()
    {
        using (ILayerHold hold = await Open().HoldAsync(Id, Ct))
        {
            File.WriteAllText(Path.Combine(hold.StagingPath, "file"), "text");
        }

        Assert.Empty(Directory.GetFileSystemEntries(_directory["layers"]));
    }

    [Fact]
    public async Task Who_comes_second_waits_and_shares_the_work()
    {
        using ILayerHold first = await Open().HoldAsync(Id, Ct);
        Task<ILayerHold> waiting = Open().HoldAsync(Id, Ct);
        await Task.Delay(100, Ct);
        Assert.False(waiting.IsCompleted);

        _ = await first.CompleteAsync(Content, Ct);

        using ILayerHold second = await waiting; // although the first still holds it
        Assert.NotNull(second.Layer);
    }

    [Fact]
    public async Task Who_waits_takes_over_when_the_first_gives_up()
    {
        ILayerHold first = await Open().HoldAsync(Id, Ct);
        File.WriteAllText(Path.Combine(first.StagingPath, "half"), "text");
        Task<ILayerHold> waiting = Open().HoldAsync(Id, Ct);

        first.Dispose();

        using ILayerHold second = await waiting;
        Assert.Null(second.Layer);
        Assert.Empty(Directory.GetFileSystemEntries(second.StagingPath));
    }

    [Fact]
    public async Task What_a_dead_process_left_is_not_built_upon()
    {
        // Its lock died with it.
        _ = Directory.CreateDirectory(Path.Combine(Staging, "root/half/done"));
        File.WriteAllText(Path.Combine(Staging, "layer.json"), "{");

        using ILayerHold hold = await Open().HoldAsync(Id, Ct);

        Assert.Null(hold.Layer);
        Assert.Empty(Directory.GetFileSystemEntries(hold.StagingPath));
        _ = await hold.CompleteAsync(Content, Ct);
        Assert.Equal([Complete], Directory.GetFileSystemEntries(_directory["layers"]));
    }

    [Fact]
    public async Task Leftovers_of_the_dead_are_removed_and_work_of_the_living_is_not()
    {
        LayerStore store = Open();
        using ILayerHold living = await store.HoldAsync(Id, Ct);
        _ = Directory.CreateDirectory(_directory["layers/.staging-sha256-dead/root/dir"]);
        _ = Directory.CreateDirectory(_directory["layers/.deleting-1/root/dir"]);

        store.RemoveLeftovers();

        Assert.Equal([Staging], Directory.GetFileSystemEntries(_directory["layers"]));
        Assert.True(Directory.Exists(living.StagingPath));
    }

    [Fact]
    public async Task A_staging_directory_beside_the_complete_layer_is_cleared_away()
    {
        using (ILayerHold hold = await Open().HoldAsync(Id, Ct))
        {
            _ = await hold.CompleteAsync(Content, Ct);
        }

        _ = Directory.CreateDirectory(Staging);
        using ILayerHold again = await Open().HoldAsync(Id, Ct);

        Assert.NotNull(again.Layer);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using ILayerHold first = await Open().HoldAsync(Id, Ct);
        using CancellationTokenSource cancellation = new();
        Task<ILayerHold> waiting = Open().HoldAsync(Id, cancellation.Token);

        await cancellation.CancelAsync();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Many_at_once_make_a_layer_once()
    {
        int made = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(
            async () =>
            {
                using ILayerHold hold = await Open().HoldAsync(Id, Ct);
                if (hold.Layer is null)
                {
                    _ = Interlocked.Increment(ref made);
                    _ = await hold.CompleteAsync(Content, Ct);
                }
            },
            Ct)));

        Assert.Equal(1, made);
    }

    private LayerStore Open() => new(_directory.Path, TimeProvider.System, new FakeProgress());

    private static uint ModeOf(string path)
    {
        using Fd file = Files.Open(path, O_PATH);
        return RawFiles.Status(file, [])!.Value.Mode & 0xfff;
    }
}

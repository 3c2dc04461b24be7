using Common.Contract;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using Xunit;

namespace PodManager.Tests.Store;

/// <summary>Ids that pods take from the store.</summary>
public sealed class PodRangeTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly PodStore _store;

    public PodRangeTests() => _store = new PodStore(_data.Path, TimeProvider.System);

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Ranges_of_fifty_pods_at_once_are_distinct()
    {
        PodId[] pods = [.. Enumerable.Range(0, 50).Select(static _ => PodId.New())];
        IdRange[] ranges = await Task.WhenAll(pods.Select(pod => Task.Run(() =>
        {
            using IPodHandle handle = _store.Reserve(pod);
            IdRange range = handle.TakeIds(null);
            handle.Publish(Records.New("web") with { Uuid = pod, PrivateUsers = range });
            return range;
        })));

        Assert.Equal(50, ranges.Select(static range => range.Base).Distinct().Count());
        Assert.All(ranges, static range => Assert.Equal(0u, range.Base % 0x10000));
        Assert.All(ranges, static range => Assert.InRange(range.Base, 0x40000000u, 0x6FFF0000u));
        Assert.Equal(50, _store.List().Count(static pod => pod.Problem is null));
    }

    [Theory]
    [InlineData(0x40000000u, 0x10000u)]
    [InlineData(0x4000FFFFu, 0x10000u)]
    [InlineData(0x3FFF0001u, 0x10000u)] // one id of it
    [InlineData(0x30000000u, 0x20000000u)]
    public void A_range_that_another_pod_has_some_of_is_refused_and_leaves_nothing(uint first, uint count)
    {
        PodId other = PodId.New();
        using IPodHandle having = _store.Reserve(other);
        _ = having.TakeIds(new IdRange(0x40000000, 0x10000));
        using IPodHandle wanting = _store.Reserve(PodId.New());

        PodctlException e = Assert.Throws<PodctlException>(() => wanting.TakeIds(new IdRange(first, count)));
        Assert.Equal(ExitCode.WrongState, e.Code);
        Assert.Contains($"by pod '{other}'", e.Message, StringComparison.Ordinal);
        _ = Assert.Single(Directory.GetFileSystemEntries(_data["ids"]));
        Assert.Equal(new IdRange(0x40020000, 0x30000), wanting.TakeIds(new IdRange(0x40020000, 0x30000)));
        Assert.Equal(4, Directory.GetFileSystemEntries(_data["ids"]).Length);
    }

    [Fact]
    public void A_range_of_the_dead_is_free_and_what_is_picked_goes_around_those_that_are_taken()
    {
        _ = Directory.CreateDirectory(_data["ids"]);
        _ = File.CreateSymbolicLink(_data["ids/1073741824"], PodId.New().ToString());
        _ = File.CreateSymbolicLink(_data["ids/1073807360"], PodId.New().ToString());
        PodId id = PodId.New();
        using (IPodHandle handle = _store.Reserve(id))
        {
            // All there are to pick from, but one block.
            Assert.Equal(0x2FFF0000u, handle.TakeIds(new IdRange(0x40000000, 0x2FFF0000)).Count);
            using IPodHandle last = _store.Reserve(PodId.New());
            Assert.Equal(new IdRange(0x6FFF0000, 0x10000), last.TakeIds(null));
            using IPodHandle late = _store.Reserve(PodId.New());
            _ = Assert.Throws<PodctlException>(() => late.TakeIds(null));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_data["ids"]));
    }

    private IPodHandle Publish(PodRecord record)
    {
        IPodHandle handle = _store.Reserve(record.Uuid);
        handle.Publish(record);
        return handle;
    }
}

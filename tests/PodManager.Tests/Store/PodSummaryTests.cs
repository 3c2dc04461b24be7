using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using Xunit;

namespace PodManager.Tests.Store;

/// <summary>What a table of pods reads of their records.</summary>
public sealed class PodSummaryTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly PodStore _store;

    public PodSummaryTests() => _store = new PodStore(_data.Path, TimeProvider.System);

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_summary_says_what_the_whole_record_says()
    {
        PodRecord plain = Records.New("web", "db");
        PodApp odd = plain.Apps[0] with
        {
            Image = new PodImage("registry.example/\"w\\e\u00e9b\u001b", "sha256:" + new string('b', 64)),
            Environment = ["name=x", "{\"apps\":[]}"],
            Restart = RestartPolicy.OnFailure,
            Notes = Notes.Of([new("name", "network")], [], []),
        };
        foreach (PodRecord record in new[]
        {
            plain,
            plain with { Uuid = PodId.New(), Name = Records.PodName("shop"), Network = NetworkMode.Host, Apps = [odd] },
            plain with { Uuid = PodId.New(), Network = NetworkMode.Named, Networks = [new NetworkRequest("lan", ["A=b"])], Ports = [new PortMapping(80, "tcp", null, 8080)] },
            plain with { Uuid = PodId.New(), Network = NetworkMode.All },
            plain with { Uuid = PodId.New(), Sandbox = new AppFileSet([], [], []), Apps = [] },
        })
        {
            using IPodHandle handle = Publish(record);
            if (record.Network is NetworkMode.Named)
            {
                handle.WriteNetworks([new PodNetwork("lan", "eth0", ["10.0.0.2/24"], ["10.0.0.1"], null)]);
                handle.WriteLeader(Environment.ProcessId);
            }
        }

        Assert.Equal("10.0.0.2", Assert.Single(_store.List(), static pod => pod.Record!.Network == NetworkMode.Named).Networks[0].Address);
        PodSummary[] expected = [.. _store.List().Select(Records.SummaryOf)];
        Assert.Equal(5, expected.Count(static pod => pod.Outline is not null));
        Assert.Equivalent(expected, _store.Summaries(), strict: true);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{} {}")]
    [InlineData("{\"version\":\"1\"}")]
    [InlineData("{\"version\":1,\"created\":\"2026-03-17T20:59:05Z\",\"network\":\"none\"}")]
    [InlineData("{\"version\":1,\"created\":\"yesterday\",\"network\":\"none\",\"apps\":[]}")]
    [InlineData("{\"version\":1,\"created\":\"2026-03-17T20:59:05Z\",\"network\":\"none\",\"apps\":[3]}")]
    [InlineData("{\"version\":1,\"created\":\"2026-03-17T20:59:05Z\",\"network\":\"none\",\"apps\":[{\"name\":\"A b\",\"image\":{\"name\":\"\",\"id\":\"\"}}]}")]
    [InlineData("{\"version\":1,\"created\":\"2026-03-17T20:59:05Z\",\"network\":\"none\",\"apps\":[]")]
    public void A_summary_of_what_is_no_record_has_a_problem(string text)
    {
        PodRecord record = Records.New("web");
        Publish(record).Dispose();
        File.WriteAllText(_data[$"pods/{record.Uuid}/pod.json"], text);
        PodSummary summary = Assert.Single(_store.Summaries());
        Assert.Null(summary.Outline);
        Assert.NotNull(summary.Problem);
        Assert.NotNull(Assert.Single(_store.List()).Problem);
    }

    private IPodHandle Publish(PodRecord record)
    {
        IPodHandle handle = _store.Reserve(record.Uuid);
        handle.Publish(record);
        return handle;
    }
}

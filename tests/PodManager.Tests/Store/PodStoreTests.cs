using Common.Contract;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using Xunit;

namespace PodManager.Tests.Store;

public sealed class PodStoreTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly PodStore _store;

    public PodStoreTests() => _store = new PodStore(_data.Path, TimeProvider.System);

    public void Dispose() => _data.Dispose();

    [Fact]
    public void An_empty_data_directory_has_no_pods()
    {
        Assert.Empty(_store.List());
        _store.RemoveLeftovers(static message => Assert.Fail(message));
        Assert.Empty(_store.LayersInUse());
        Assert.Null(_store.Find(PodId.New()));
    }

    [Fact]
    public void A_record_is_read_back_as_it_was_published()
    {
        PodRecord record = Records.New("web", "db") with
        {
            Name = Records.PodName("shop"),
            PrivateUsers = new IdRange(0x40000000, 0x10000),
            InsecureOptions = InsecureOptions.Image | InsecureOptions.Seccomp,
            Mode = RunMode.Detached,
            Network = NetworkMode.Host,
        };
        Publish(record).Dispose();

        Pod pod = _store.Find(record.Uuid)!;

        Assert.Null(pod.Problem);
        Assert.Equivalent(record, pod.Record, strict: true);
    }

    [Fact]
    public void The_state_follows_what_is_there()
    {
        PodRecord record = Records.New("web");
        IPodHandle handle = _store.Reserve(record.Uuid);
        Assert.Null(_store.Find(record.Uuid));
        handle.Publish(record);
        Assert.Equal(PodState.Preparing, State(record));
        handle.Dispose();
        Assert.Equal(PodState.AbortedPrepare, State(record));
        using (IPodHandle again = _store.TryLock(record.Uuid, TimeSpan.Zero, TestContext.Current.CancellationToken)!)
        {
            again.WriteLeader(Environment.ProcessId);
        }

        // It has no cgroup.
        Assert.Equal(PodState.Exited, State(record));
        using (IPodHandle again = _store.TryLock(record.Uuid, TimeSpan.Zero, TestContext.Current.CancellationToken)!)
        {
            again.MarkGarbage();
        }

        Assert.Equal(PodState.ExitedGarbage, State(record));
        Directory.Move(_data[$"pods/{record.Uuid}"], _data[$"pods/.trash-{record.Uuid}"]);
        Assert.Equal(PodState.Deleting, State(record));
    }

    [Fact]
    public void A_lock_is_had_by_one_only()
    {
        PodRecord record = Records.New("web");
        using (Publish(record))
        {
            Assert.Null(_store.TryLock(record.Uuid, TimeSpan.Zero, TestContext.Current.CancellationToken));
        }

        using IPodHandle? handle = _store.TryLock(record.Uuid, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.NotNull(handle);
    }

    [Fact]
    public void Locking_a_pod_that_is_not_there_says_so()
    {
        PodctlException e = Assert.Throws<PodctlException>(() => _store.TryLock(PodId.New(), TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.NotFound, e.Code);
    }

    [Fact]
    public void What_is_never_published_is_gone_with_its_ids()
    {
        PodId id = PodId.New();
        using (IPodHandle handle = _store.Reserve(id))
        {
            _ = handle.TakeIds(null);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_data["pods"]));
        Assert.Empty(Directory.GetFileSystemEntries(_data["ids"]));
    }

    [Fact]
    public void A_prepared_pod_waits_and_a_failed_start_leaves_it_as_it_was()
    {
        PodRecord record = Records.New("web");
        using (IPodHandle handle = _store.Reserve(record.Uuid))
        {
            handle.MarkPrepared();
            handle.Publish(record);
        }

        Assert.Equal(PodState.Prepared, State(record));
        string[] before = Directory.GetFileSystemEntries(_data[$"pods/{record.Uuid}"]);
        using (IPodHandle handle = _store.TryLock(record.Uuid, TimeSpan.Zero, TestContext.Current.CancellationToken)!)
        {
            handle.Update(record with { Hostname = "other" });
            _ = Directory.CreateDirectory(Path.Combine(handle.Directory, "upper", "web", "etc"));
            File.WriteAllText(Path.Combine(handle.Directory, "plan.json"), "{}");
            handle.RemoveStart();
        }

        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(_data[$"pods/{record.Uuid}"]).Order());
        Assert.Equal((PodState.Prepared, "other"), (State(record), _store.Find(record.Uuid)!.Record!.Hostname));
    }

    [Fact]
    public void A_name_is_had_by_one_pod_as_long_as_it_is_there()
    {
        PodName name = Records.PodName("shop");
        PodRecord record = Records.New("web");
        using (IPodHandle first = _store.Reserve(record.Uuid))
        {
            first.TakeName(name);
            using IPodHandle second = _store.Reserve(PodId.New());
            PodctlException e = Assert.Throws<PodctlException>(() => second.TakeName(name));
            Assert.Equal(ExitCode.WrongState, e.Code);
            Assert.Contains($"{record.Uuid}", e.Message, StringComparison.Ordinal);
            Assert.Null(_store.FindByName(name));
            first.Publish(record);
            Assert.Equal(record.Uuid, _store.FindByName(name));
            first.Remove();
        }

        using IPodHandle third = _store.Reserve(PodId.New());
        third.TakeName(name);
    }

    [Fact]
    public void A_name_of_a_pod_that_is_gone_is_free()
    {
        _ = Directory.CreateDirectory(_data["names"]);
        _ = File.CreateSymbolicLink(_data["names/shop"], PodId.New().ToString());
        _ = File.CreateSymbolicLink(_data["names/other"], PodId.New().ToString());
        PodId killed = PodId.New();
        _ = Directory.CreateDirectory(_data[$"pods/.new-{killed}"]);
        _ = File.CreateSymbolicLink(_data["names/killed"], killed.ToString());
        using IPodHandle handle = _store.Reserve(PodId.New());
        handle.TakeName(Records.PodName("shop"));
        handle.TakeName(Records.PodName("killed"));
        List<string> messages = [];
        _store.RemoveLeftovers(messages.Add);
        Assert.Single(messages, static message => message.Contains("freed the name of pod", StringComparison.Ordinal));
        Assert.All(Directory.GetFileSystemEntries(_data["names"]), name => Assert.Equal(handle.Id.ToString(), new FileInfo(name).LinkTarget));
    }

    [Fact]
    public void Removal_leaves_nothing()
    {
        PodRecord record = Records.New("web");
        using (IPodHandle handle = _store.Reserve(record.Uuid))
        {
            _ = handle.TakeIds(null);
            handle.Publish(record);
            _ = Directory.CreateDirectory(Path.Combine(handle.Directory, "upper", "etc"));
            handle.Remove();
        }

        Assert.Empty(Directory.GetFileSystemEntries(_data["pods"]));
        Assert.Empty(Directory.GetFileSystemEntries(_data["ids"]));
    }

    [Fact]
    public void Leftovers_of_the_dead_are_removed_and_those_of_the_living_stay()
    {
        PodRecord kept = Records.New("web");
        using IPodHandle living = _store.Reserve(kept.Uuid);
        _ = living.TakeIds(null);
        PodId halfMade = PodId.New(), halfRemoved = PodId.New(), gone = PodId.New();
        _ = Directory.CreateDirectory(_data[$"pods/.new-{halfMade}/upper"]);
        _ = Directory.CreateDirectory(_data[$"pods/.trash-{halfRemoved}/upper"]);
        _ = File.CreateSymbolicLink(_data["ids/1073741825"], gone.ToString());

        List<string> messages = [];
        _store.RemoveLeftovers(messages.Add);
        Assert.Equal(3, messages.Count);

        Assert.Equal([$".new-{kept.Uuid}"], Directory.GetFileSystemEntries(_data["pods"]).Select(Path.GetFileName));
        Assert.Equal(kept.Uuid.ToString(), new FileInfo(Assert.Single(Directory.GetFileSystemEntries(_data["ids"]))).LinkTarget);
        living.Publish(kept);
    }

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

    [Fact]
    public void A_damaged_record_is_a_problem_of_that_pod_only()
    {
        PodRecord good = Records.New("web"), bad = Records.New("web"), later = Records.New("web");
        Publish(good).Dispose();
        Publish(bad).Dispose();
        Publish(later with { Version = 2 }).Dispose();
        File.WriteAllText(_data[$"pods/{bad.Uuid}/pod.json"], "{");

        Assert.Equal([bad.Uuid, later.Uuid], _store.List().Where(static pod => pod.Problem is not null).Select(static pod => pod.Id).OrderBy(id => id == later.Uuid));
        Assert.Equal(_store.List().Select(Records.SummaryOf).Select(static pod => (pod.Id, pod.State, pod.Outline is null, pod.Problem?[..10])),
            _store.Summaries().Select(static pod => (pod.Id, pod.State, pod.Outline is null, pod.Problem?[..10])));
        _ = Assert.Throws<PodctlException>(() => _store.LayersInUse());
    }

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

    [Fact]
    public void Layers_in_use_are_those_of_all_pods()
    {
        Publish(Records.New("web")).Dispose();
        Publish(Records.New("web", "db")).Dispose();
        Assert.Equal(["/layers/db", "/layers/web"], _store.LayersInUse().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_status_is_read()
    {
        Pod pod = WithStatus(static path => File.WriteAllText(path, "exited 3 exit-code\n"));
        Assert.Equal(3, pod.Statuses[Records.Name("web")].Code);
    }

    [Fact]
    public void A_status_with_an_absurd_time_is_read()
    {
        Pod pod = WithStatus(static path =>
        {
            File.WriteAllText(path, "exited 3 exit-code\n");
            SetTime(path, long.MaxValue / 4);
        });
        Assert.Equal(3, pod.Statuses[Records.Name("web")].Code);
    }

    [Fact]
    public void What_the_checks_of_an_app_found_is_read()
    {
        Assert.Equal("healthy", HealthOf(static path => File.WriteAllText(path, "healthy 0 5 1700000000:0\n")).Status);
        Action<string>[] attacks =
        [
            static path => File.CreateSymbolicLink(path, "/proc/self/status"),
            static path => Assert.Equal(0, Libc.MkFifoAt(Libc.AtFdCwd, path, 0x1A4)),
            static path => Directory.CreateDirectory(path),
            static path => File.WriteAllText(path, "healthy 0 5\n" + new string('x', 5000)),
            static path => File.WriteAllBytes(path, [0, 0xff, 10]),
            static _ => { },
        ];
        Assert.All(attacks, attack => Assert.Equal(HealthState.Unknown, HealthOf(attack)));
    }

    [Fact]
    public void A_hostile_status_is_none()
    {
        Action<string>[] attacks =
        [
            static path => File.CreateSymbolicLink(path, "/proc/self/status"),
            path =>
            {
                File.WriteAllText(_data["outside"], "exited 0 success\n");
                _ = File.CreateSymbolicLink(path, _data["outside"]);
            },
            static path => Assert.Equal(0, Libc.MkFifoAt(Libc.AtFdCwd, path, 0x1A4)),
            static path => Directory.CreateDirectory(path),
            static path => File.WriteAllText(path, "exited 0 success\n" + new string('x', 5000)),
            static path => File.WriteAllText(path, "exited 0 success\nexited 1 success\n"),
            static path => File.WriteAllBytes(path, [0, 0xff, 10]),
            static path => File.WriteAllText(path, "exited 0 success"),
            static path =>
            {
                Directory.Delete(Path.GetDirectoryName(path)!);
                _ = File.CreateSymbolicLink(Path.GetDirectoryName(path)!, "/tmp");
            },
        ];
        Assert.All(attacks, attack => Assert.Empty(WithStatus(attack).Statuses));
    }

    [Fact]
    public async Task Waiting_sees_a_change_and_a_removal()
    {
        PodRecord record = Records.New("web");
        IPodHandle handle = Publish(record);
        handle.WriteLeader(Environment.ProcessId);
        string statuses = Directory.CreateDirectory(Path.Combine(handle.Directory, PodStore.StatusDirectory)).FullName;
        CancellationToken ct = TestContext.Current.CancellationToken;
        Task<Pod?> wait = Task.Run(() => _store.WaitFor(record.Uuid, static pod => pod.Statuses.Count == 1, TimeSpan.FromSeconds(20), ct), ct);
        File.WriteAllText(Path.Combine(statuses, "web"), "exited 0 success\n");
        Assert.Equal(1, (await wait)?.Statuses.Count);

        Task<Pod?> waitForNever = Task.Run(() => _store.WaitFor(record.Uuid, static _ => false, TimeSpan.FromSeconds(20), ct), ct);
        handle.Remove();
        handle.Dispose();
        Assert.Null(await waitForNever);
    }

    private static unsafe void SetTime(string path, long seconds)
    {
        long* times = stackalloc long[4];
        times[0] = times[2] = seconds;
        times[1] = times[3] = 0;
        Assert.Equal(0, Libc.UTimeNsAt(Libc.AtFdCwd, path, times, 0));
    }

    private PodState State(PodRecord record) => _store.Find(record.Uuid)!.State;

    private IPodHandle Publish(PodRecord record)
    {
        IPodHandle handle = _store.Reserve(record.Uuid);
        handle.Publish(record);
        return handle;
    }

    private HealthState HealthOf(Action<string> write)
    {
        PodRecord record = Records.New("web");
        record = record with { Apps = [record.Apps[0] with { Health = new HealthCheck { Command = ["/x"], OnFailure = HealthAction.Kill } }] };
        using IPodHandle handle = Publish(record);
        write(Path.Combine(Directory.CreateDirectory(Path.Combine(handle.Directory, PodStore.HealthDirectory)).FullName, "web"));
        return _store.Find(record.Uuid)!.Healths[Records.Name("web")];
    }

    private Pod WithStatus(Action<string> write)
    {
        PodRecord record = Records.New("web");
        using IPodHandle handle = Publish(record);
        handle.WriteLeader(Environment.ProcessId);
        write(Path.Combine(Directory.CreateDirectory(Path.Combine(handle.Directory, PodStore.StatusDirectory)).FullName, "web"));
        return _store.Find(record.Uuid)!;
    }
}

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

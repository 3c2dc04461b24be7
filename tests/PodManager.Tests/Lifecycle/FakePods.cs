using Common.Contract;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Tests.Lifecycle;

/// <summary>Pods in memory, with their units.</summary>
internal sealed class FakePods : IPodStore, IUnitManager, INetworks
{
    public Dictionary<PodId, Pod> Pods { get; } = [];

    /// <summary>What was asked, in order, e.g. `stop rkt-….scope`.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Whose lock somebody else has.</summary>
    public HashSet<PodId> Locked { get; } = [];

    /// <summary>Whose processes do not die.</summary>
    public HashSet<PodId> Immortal { get; } = [];

    public List<string> FailedUnits { get; } = [];

    public void Add(PodId id) => Pods[id] = new Pod(id, PodState.Exited, Records.New("web") with { Uuid = id });

    public PodId Add(PodState state, Func<Pod, Pod>? change = null)
    {
        PodRecord record = Records.New("web");
        bool isStarted = state is PodState.Running or PodState.Paused or PodState.Exited or PodState.ExitedGarbage;
        Pod pod = new(record.Uuid, state, record) { Started = isStarted ? record.Created : null, HasProcesses = state.IsUp() };
        Pods[pod.Id] = change?.Invoke(pod) ?? pod;
        return pod.Id;
    }

    public IReadOnlyList<Pod> List() => [.. Pods.Values];

    public IReadOnlyList<PodSummary> Summaries() => [.. Pods.Values.Select(Records.SummaryOf)];

    public Pod? Find(PodId id) => Pods.GetValueOrDefault(id);

    public IReadOnlyList<PodId> Ids() => [.. Pods.Keys];

    public PodId? FindByName(PodName name) => Pods.Values.FirstOrDefault(pod => pod.Record?.Name == name)?.Id;

    public bool IsReserved(PodId id) => false;

    public IPodHandle Reserve(PodId id) => throw new NotSupportedException();

    public IPodHandle? TryLock(PodId id, TimeSpan patience, CancellationToken ct) =>
        !Pods.ContainsKey(id) ? throw new PodctlException(ExitCode.NotFound, "gone") : Locked.Contains(id) ? null : new Handle(this, id);

    public IPodEdit Edit(PodId id)
    {
        Calls.Add($"edit {id}");
        return new Handle(this, id);
    }

    public bool TryKill(PodId id) => false;

    public bool WaitUntilEmpty(PodId id, TimeSpan timeout, CancellationToken ct)
    {
        if (Immortal.Contains(id))
        {
            return false;
        }

        if (Pods.TryGetValue(id, out Pod? pod))
        {
            Pods[id] = pod with { HasProcesses = false, State = pod.State.IsUp() ? PodState.Exited : pod.State };
        }

        return true;
    }

    public Pod? WaitFor(PodId id, Func<Pod, bool> condition, TimeSpan? timeout, CancellationToken ct) => Find(id);

    public void RemoveLeftovers(Action<string> report)
    {
        Calls.Add("leftovers");
        report("a leftover");
    }

    public IReadOnlySet<string> LayersInUse() => throw new NotSupportedException();

    public void Connect()
    {
    }

    public IPending<bool> StartScope(ScopeRequest request) => throw new NotSupportedException();

    public IPending<bool> StartService(ServiceRequest request) => throw new NotSupportedException();

    /// <summary>Pods that have something to give back.</summary>
    public HashSet<PodId> Joined { get; } = [];

    public IReadOnlyList<NetworkAttachment> Choose(NetworkMode mode, IReadOnlyList<NetworkRequest> requests, IReadOnlyList<PortMapping> ports) => throw new NotSupportedException();

    public IReadOnlyList<PodNetwork> Join(PodId pod, IReadOnlyList<NetworkAttachment> attachments, string networkNamespace) => throw new NotSupportedException();

    public bool Leave(PodId pod)
    {
        bool isJoined = Joined.Remove(pod);
        if (isJoined)
        {
            Calls.Add($"leave {pod}");
        }

        return isJoined;
    }

    public IReadOnlyList<PodId> Owners() => [.. Joined];

    IReadOnlyList<NetworkSummary> INetworks.List() => Networks;

    /// <summary>What is configured.</summary>
    public IReadOnlyList<NetworkSummary> Networks { get; init; } = [];

    public void Check(PodId pod, string networkNamespace) => throw new NotSupportedException();

    public void Renew(PodId pod, string networkNamespace) => Calls.Add($"renew {pod} {networkNamespace}");

    public IPending<bool> StopUnit(string unit, TimeSpan timeout)
    {
        Calls.Add($"stop {unit}");
        return new Done(() => Calls.Add($"wait {unit}"));
    }

    public bool KillUnit(string unit, KillTarget target, int signal)
    {
        Calls.Add($"kill {unit} {target} {signal}");
        return true;
    }

    public bool FreezeUnit(string unit)
    {
        Calls.Add($"freeze {unit}");
        return true;
    }

    public bool ThawUnit(string unit)
    {
        Calls.Add($"thaw {unit}");
        return true;
    }

    public bool SetProperties(string unit, IReadOnlyList<UnitProperty> properties)
    {
        Calls.Add($"set {unit} {string.Join(' ', properties.Select(static property => property switch { UnitProperty.UInt64 number => $"{number.Name}={number.Value}", _ => property.Name }))}");
        return true;
    }

    public int Version() => 257;

    public UnitState? GetUnitState(string unit) => throw new NotSupportedException();

    public void ResetFailed(string unit) => Calls.Add($"reset {unit}");

    public IReadOnlyList<string> ListUnits(string pattern, IReadOnlyList<string> activeStates) => activeStates.Contains("failed") ? FailedUnits : [];

    private sealed class Done(Action onWait) : IPending<bool>
    {
        public bool Wait(CancellationToken ct)
        {
            onWait();
            return true;
        }
    }

    private sealed class Handle(FakePods pods, PodId id) : IPodHandle, IPodEdit
    {
        public PodId Id => id;

        public string Directory => $"/pods/{id}";

        public IdRange TakeIds(IdRange? wanted) => throw new NotSupportedException();

        public void TakeName(PodName name) => throw new NotSupportedException();

        public void Publish(PodRecord record) => throw new NotSupportedException();

        public void BeginAgain(AppName app)
        {
        }

        public void RemoveFiles(AppName app) => throw new NotSupportedException();

        public Common.Native.Fd Lock => throw new NotSupportedException();

        public void Update(PodRecord record) => Save(record);

        public void Save(PodRecord record) => pods.Pods[id] = pods.Pods[id] with { Record = record };

        public void MarkPrepared() => throw new NotSupportedException();

        public void RemoveStart() => throw new NotSupportedException();

        public void Sync() => pods.Calls.Add($"sync {id}");

        public void WriteLeader(int pid) => throw new NotSupportedException();

        public void WriteNetworks(IReadOnlyList<PodNetwork> networks) => throw new NotSupportedException();

        public void MarkReady() => throw new NotSupportedException();

        public void MarkGarbage() => pods.Pods[id] = pods.Pods[id] with
        {
            State = pods.Pods[id].State == PodState.Exited ? PodState.ExitedGarbage : PodState.Garbage,
            Marked = DateTimeOffset.UtcNow,
        };

        public void Remove() => pods.Pods.Remove(id);

        public void Dispose()
        {
        }
    }
}

using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>A pod's directory, held by its lock.</summary>
internal sealed class PodHandle(PodStore store, PodId id, Fd directory, string name, bool isPublished) : IPodHandle
{
    private string _name = name;
    private bool _isPublished = isPublished;
    private bool _isRemoved;

    public PodId Id => id;

    public string Directory => store.PathOf(_name);

    public void Dispose()
    {
        try
        {
            if (!_isPublished && !_isRemoved)
            {
                Remove();
            }
        }
        finally
        {
            directory.Dispose();
        }
    }

    public IdRange TakeIds(IdRange? wanted) => wanted is null ? store.AllocateIds(id) : store.TakeIds(id, wanted);

    public void TakeName(PodName name) => store.TakeName(id, name);

    public void Publish(PodRecord record)
    {
        Update(record);
        store.Publish(id, _name);
        _name = id.ToString();
        _isPublished = true;
    }

    public void Update(PodRecord record) => Write(PodStore.RecordFile, JsonSerializer.SerializeToUtf8Bytes(record, PodJson.Default.PodRecord));

    public void Sync() => PodFiles.SyncRecord(directory, _name);

    public void WriteLeader(int pid) => Write(PodStore.LeaderFile, System.Text.Encoding.ASCII.GetBytes($"{pid} {ProcessStart.Of(pid) ?? "0"}\n"));

    public void WriteNetworks(IReadOnlyList<PodNetwork> networks) => Write(PodStore.NetworksFile, JsonSerializer.SerializeToUtf8Bytes(networks, PodJson.Default.IReadOnlyListPodNetwork));

    public void MarkPrepared() => Write(PodStore.PreparedFile, []);

    public void MarkReady() => Write(PodStore.ReadyFile, []);

    public void MarkGarbage() => Write(PodStore.GarbageFile, []);

    public void RemoveStart() => store.RemoveStart(id, _name);

    public void Remove()
    {
        store.Remove(id, _name);
        _isRemoved = true;
    }

    private void Write(string name, byte[] content) => PodFiles.Write(directory, name, content);
}

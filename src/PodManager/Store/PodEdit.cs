using System.Text.Json;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>The lock of a pod's record: a file of its own, as a podctl in the foreground holds the directory's all the time.</summary>
internal sealed class PodEdit(string path, Fd directory, Fd file) : IPodEdit
{
    public string Directory => path;

    public Fd Lock => file;

    public void Save(PodRecord record)
    {
        PodFiles.Write(directory, PodStore.RecordFile, JsonSerializer.SerializeToUtf8Bytes(record, PodJson.Default.PodRecord));
        PodFiles.SyncRecord(directory, path);
    }

    public void Dispose()
    {
        file.Dispose();
        directory.Dispose();
    }
}

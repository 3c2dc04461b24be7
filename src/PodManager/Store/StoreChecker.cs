using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Compares what is on the disk with what the records say. Unlike the store itself it goes on where something cannot be read.</summary>
/// <param name="dataDirectory">As given to <paramref name="layers"/>.</param>
/// <param name="layers">Where the layers are.</param>
/// <param name="layersInUse">The paths of the layers that pods need, running or not.</param>
/// <param name="progress">Told about deep checks, which take long.</param>
internal sealed partial class StoreChecker(string dataDirectory, LayerStore layers, Func<IReadOnlySet<string>> layersInUse, IProgressSink progress) : IStoreChecker
{
    private const int FileLimit = 64 << 20;
    private readonly ImagePaths _paths = new(dataDirectory);

    public IReadOnlyList<StoreFault> Check(bool isDeep, Digest? image, CancellationToken ct)
    {
        List<StoreFault> faults = [];
        List<ImageRecord> records;
        if (!Directory.Exists(_paths.Images))
        {
            return [];
        }

        // Under the lock nothing of this is half way in or out.
        using (Fd guard = _paths.Lock())
        {
            records = [.. ReadRecords(faults)];
            records.ForEach(record => CheckDocuments(record, faults));
            CheckNames([.. records.Select(static record => record.Id)], faults);
            CheckLeftovers([.. records.SelectMany(static record => record.Documents).Select(static part => part.Id)], faults);
        }

        foreach (IGrouping<string, string> layer in records.Where(record => image is null || record.Id == image.ToString()).SelectMany(static record => record.Layers.Select(layer => (layer.Id, Image: record.Id)))
            .GroupBy(static pair => pair.Id, static pair => pair.Image))
        {
            ct.ThrowIfCancellationRequested();
            CheckLayer(layer.Key, [.. layer.Distinct().Select(Parse)], isDeep, faults, ct);
        }

        return image is null ? faults : [.. faults.Where(fault => fault.Images.Contains(image))];
    }

    private IEnumerable<ImageRecord> ReadRecords(List<StoreFault> faults)
    {
        foreach (string path in FilesIn(_paths.Records))
        {
            string id = Path.GetFileNameWithoutExtension(path).Replace('-', ':');
            ImageRecord? record = Read(path, ImageJson.Default.ImageRecord, out string? problem);
            problem ??= record!.Id != id ? "it is another image's" : record.Version != ImageRecord.CurrentVersion ? "it is of another version" : null;
            problem ??= record!.Layers.Concat(record.Documents).All(static part => Digest.TryParse(part.Id, out _)) ? null : "it has an invalid digest";
            if (problem is null)
            {
                yield return record!;
                continue;
            }

            faults.Add(new StoreFault($"record of image '{id}' cannot be used: {problem}", path, Digest.TryParse(id, out Digest? image) ? [image] : []));
        }
    }

    private void CheckDocuments(ImageRecord record, List<StoreFault> faults)
    {
        foreach (ImageRecordPart part in record.Documents)
        {
            Digest id = Parse(part.Id);
            string path = _paths.Blob(id);
            string? problem;
            try
            {
                using Fd file = Files.Open(path, O_RDONLY);
                problem = id.IsOf(Files.ReadBytes(file, FileLimit)) ? null : "has another digest";
            }
            catch (NativeException failure)
            {
                problem = failure.Errno == Errno.ENOENT ? "is missing" : $"cannot be read: {failure.Reason}";
            }

            if (problem is not null)
            {
                faults.Add(new StoreFault($"document '{id}' of image '{Parse(record.Id).Short}' {problem}", path, [Parse(record.Id)]));
            }
        }
    }

    private void CheckLayer(string text, IReadOnlyList<Digest> images, bool isDeep, List<StoreFault> faults, CancellationToken ct)
    {
        Digest id = Parse(text);
        string directory = Path.GetDirectoryName(layers.PathOf(id))!;
        string? problem;
        try
        {
            LayerRecord? record = Read(Path.Combine(directory, LayerStore.RecordName), ImageJson.Default.LayerRecord, out problem);
            problem = !Directory.Exists(directory) ? "is missing"
                : problem is not null ? $"has a record that cannot be used: {problem}"
                : record!.Tree is null ? "was made by another version of podctl"
                : Measure(id, record.Tree, isDeep, ct) is { } difference ? $"is damaged: {difference}"
                : null;
        }
        catch (NativeException failure)
        {
            problem = $"is damaged: {failure.Message}";
        }

        // What was removed meanwhile is no damage.
        IReadOnlyList<Digest> present = [.. images.Where(image => File.Exists(_paths.Record(image)))];
        if (problem is not null && present.Count > 0)
        {
            faults.Add(new StoreFault($"layer '{id}' {problem}", directory, present, Layer: id));
        }
    }

    private string? Measure(Digest id, LayerTreeRecord tree, bool isDeep, CancellationToken ct)
    {
        if (!isDeep)
        {
            return LayerMeasure.Compare(layers.PathOf(id), tree, isDeep, static _ => { }, ct);
        }

        using IProgressItem item = progress.Start($"Checking {id.Short}", tree.SizeBytes);
        string? difference = LayerMeasure.Compare(layers.PathOf(id), tree, isDeep, item.Advance, ct);
        item.Complete();
        return difference;
    }

    private void CheckNames(HashSet<string> images, List<StoreFault> faults)
    {
        foreach (string path in FilesIn(_paths.Names))
        {
            ImageNameRecord? name = Read(path, ImageJson.Default.ImageNameRecord, out string? problem);
            if (problem is null && _paths.Name(name!.Name) != path)
            {
                problem = $"it is that of '{name.Name}'";
            }

            if (problem is not null)
            {
                faults.Add(new StoreFault($"the file of a name, '{Path.GetFileName(path)}', cannot be used: {problem}", path, []));
            }
            else if (!images.Contains(name!.Image) && !faults.Exists(fault => fault.Images.Any(image => image.ToString() == name.Image)))
            {
                faults.Add(new StoreFault($"name '{name.Name}' means an image that is not here", path, [], Name: name.Name));
            }
        }
    }

    private static Digest Parse(string text) => Digest.TryParse(text, out Digest? digest) ? digest : throw new InvalidOperationException($"'{text}' was checked before");

    private static IEnumerable<string> FilesIn(string directory) =>
        Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory).Where(static path => Path.GetFileName(path)[0] != '.').Order(StringComparer.Ordinal) : [];

    private static T? Read<T>(string path, JsonTypeInfo<T> type, out string? problem)
        where T : class
    {
        T? value = null;
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NONBLOCK); // a fifo has no content, and nobody waits for it
            value = JsonSerializer.Deserialize(Files.ReadBytes(file, FileLimit), type);
            problem = value is null ? "it is empty" : null;
        }
        catch (NativeException failure)
        {
            problem = failure.Reason;
        }
        catch (JsonException)
        {
            problem = "it is not valid JSON";
        }

        return value;
    }
}

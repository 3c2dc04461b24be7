using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Reading and writing the store's files.</summary>
internal sealed partial class ImageStore
{
    private const string RecordSuffix = ".json";

    private IEnumerable<Digest> RecordIds() => FilesIn(_paths.Records)
        .Select(static path => Path.GetFileName(path)[..^RecordSuffix.Length].Replace('-', ':'))
        .Select(ParseDigest);

    private IEnumerable<ImageRecord> ReadRecords() => RecordIds().Select(ReadRecord).OfType<ImageRecord>();

    private IEnumerable<ImageNameRecord> ReadNames() =>
        FilesIn(_paths.Names).Select(static path => Read(path, ImageJson.Default.ImageNameRecord)).OfType<ImageNameRecord>();

    private ImageRecord? ReadRecord(Digest id)
    {
        ImageRecord? record = Read(_paths.Record(id), ImageJson.Default.ImageRecord);
        return record is null || record.Version == ImageRecord.CurrentVersion
            ? record
            : throw new PodctlException(ExitCode.Failed, $"image '{id.Short}' was stored by another version of podctl");
    }

    private ImageNameRecord? ReadName(string name)
    {
        ImageNameRecord? record = Read(_paths.Name(name), ImageJson.Default.ImageNameRecord);
        return record?.Name == name ? record : null;
    }

    private void WriteRecord(NewImage image)
    {
        ImageRecord? old = ReadRecord(image.Id);
        ImageRecord record = new(
            ImageRecord.CurrentVersion,
            image.Id.ToString(),
            old?.ImportedAt ?? clock.GetUtcNow(),
            image.Config,
            [.. image.Layers.Select(static layer => new ImageRecordPart(layer.Id.ToString(), layer.Content.SizeBytes))],
            [.. image.Documents.Select(static document => new ImageRecordPart(document.Digest.ToString(), document.Content.Length, document.MediaType))]);
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(record, ImageJson.Default.ImageRecord);
        if (old is null || !content.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(old, ImageJson.Default.ImageRecord)))
        {
            Files.Replace(_paths.Record(image.Id), content, PrivateFile);
        }

        TouchRecord(image.Id);
    }

    private void WriteName(string name, Digest image, TrustRecord? trust)
    {
        ImageNameRecord? old = ReadName(name) is { } existing && existing.Image == image.ToString() ? existing : null;
        if (old is not null && (trust is null || IsSame(trust, old.Trust)))
        {
            return; // what was verified once is not forgotten by a fetch that did not verify
        }

        ImageNameRecord record = new(ImageNameRecord.CurrentVersion, name, image.ToString(), old?.AssignedAt ?? clock.GetUtcNow(), trust);
        Files.Replace(_paths.Name(name), JsonSerializer.SerializeToUtf8Bytes(record, ImageJson.Default.ImageNameRecord), PrivateFile);
    }

    private static bool IsSame(TrustRecord trust, TrustRecord? other) => other is not null
        && trust with { VerifiedAt = other.VerifiedAt, Evidence = other.Evidence } == other && trust.Evidence.SequenceEqual(other.Evidence);

    private void TouchRecord(Digest id)
    {
        // Nothing depends on this time but listings and the age at which an image may be collected.
        using Fd images = Files.Open(_paths.Records, O_RDONLY | O_DIRECTORY);
        DateTimeOffset now = clock.GetUtcNow();
        uint nanoseconds = (uint)(now.UtcTicks % TimeSpan.TicksPerSecond * 100);
        RawFiles.SetTime(images, Encoding.ASCII.GetBytes(Path.GetFileName(_paths.Record(id))), now.ToUnixTimeSeconds(), nanoseconds);
    }

    private static IEnumerable<string> FilesIn(string directory)
    {
        try
        {
            using Fd open = Files.Open(directory, O_RDONLY | O_DIRECTORY);

            // A file that is just being written has a name that begins with a dot.
            return
            [
                .. DirectoryReader.ReadAll(open, directory)
                    .Select(static entry => Encoding.UTF8.GetString(entry.Name))
                    .Where(static name => name[0] != '.')
                    .Select(name => Path.Combine(directory, name)),
            ];
        }
        catch (NativeException failure) when (failure.Errno == Errno.ENOENT)
        {
            return [];
        }
        catch (NativeException failure) when (failure.Errno == Errno.EACCES)
        {
            throw new PodctlException(ExitCode.NotPermitted, "cannot read the image store", "this needs root", failure);
        }
    }

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NONBLOCK);
            return JsonSerializer.Deserialize(Files.ReadText(file, 8 << 20), type);
        }
        catch (NativeException missing) when (missing.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (NativeException failure) when (failure.Errno == Errno.EACCES)
        {
            throw new PodctlException(ExitCode.NotPermitted, "cannot read the image store", "this needs root", failure);
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"the image store is damaged: cannot read '{path}': {failure.Reason}", RepairHint);
        }
        catch (JsonException)
        {
            throw new PodctlException(ExitCode.Failed, $"the image store is damaged: '{path}' is no such record", RepairHint);
        }
    }
}

using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>What the store says about its images.</summary>
internal sealed partial class ImageStore
{
    private const int DocumentLimit = 8 << 20;
    internal const string RepairHint = "`podctl image fsck --repair` takes out what is damaged and fetches it again";

    public IReadOnlyList<ImageSummary> List()
    {
        List<ImageRecord> records = [.. ReadRecords()];
        ILookup<string, ImageName> names = ReadNames().ToLookup(static name => name.Image, static name => new ImageName(name.Name, name.Trust));
        Dictionary<string, int> users = UsersOfLayers(records);
        return
        [
            .. records.OrderBy(static record => record.ImportedAt).ThenBy(static record => record.Id, StringComparer.Ordinal)
                .Select(record => Summarize(record, [.. names[record.Id].OrderBy(static name => name.Name, StringComparer.Ordinal)], users)),
        ];
    }

    public ImageDetails Describe(ImageRef reference)
    {
        Digest id = Resolve(reference, out _) ?? throw NotHere(reference);
        ImageRecord record = ReadRecord(id) ?? throw NotHere(reference);
        Dictionary<string, int> users = UsersOfLayers(ReadRecords());

        // As the fetch found them: indexes, the manifest, and last the configuration.
        ImageRecordPart manifest = record.Documents.FirstOrDefault(part => part.Id == record.Id) ?? throw Damaged($"image '{id.Short}' has no manifest");
        return new ImageDetails(
            Summarize(record, [.. ReadNamesOf(id)], users),
            record.Config,
            [.. record.Layers.Select(part => new ImageLayerSummary(ParseDigest(part.Id), part.SizeBytes, users[part.Id] > 1))],
            ReadDocument(manifest),
            ReadDocument(record.Documents[^1]));
    }

    private ImageSummary Summarize(ImageRecord record, IReadOnlyList<ImageName> names, Dictionary<string, int> users) => new(
        ParseDigest(record.Id),
        [.. names.Select(static name => name.Name)],
        record.Layers.Concat(record.Documents).Sum(static part => part.SizeBytes),
        record.Layers.Where(layer => users.GetValueOrDefault(layer.Id) > 1).Sum(static part => part.SizeBytes),
        record.ImportedAt,
        new DateTimeOffset(File.GetLastWriteTimeUtc(_paths.Record(ParseDigest(record.Id))), TimeSpan.Zero))
    {
        Verified = [.. names.Where(static name => name.Trust is not null)],
    };

    private static Dictionary<string, int> UsersOfLayers(IEnumerable<ImageRecord> records) =>
        records.SelectMany(static record => record.Layers).CountBy(static layer => layer.Id).ToDictionary();

    private ImageDocument ReadDocument(ImageRecordPart part)
    {
        Digest id = ParseDigest(part.Id);
        try
        {
            using Fd file = Files.Open(_paths.Blob(id), O_RDONLY);
            byte[] content = Files.ReadBytes(file, DocumentLimit);
            return id.IsOf(content)
                ? new ImageDocument(id, part.MediaType ?? "", content)
                : throw Damaged($"'{_paths.Blob(id)}' is not what its name says");
        }
        catch (NativeException missing)
        {
            throw new PodctlException(ExitCode.Failed, $"the image store is damaged: cannot read '{_paths.Blob(id)}'", RepairHint, missing);
        }
    }

    private static PodctlException Damaged(string what) => new(ExitCode.Failed, $"the image store is damaged: {what}", RepairHint);
}

using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>`podctl image list`.</summary>
internal static class ImageListText
{
    /// <summary>All columns, in their usual order.</summary>
    public static readonly IReadOnlyList<ImageField> AllFields = [ImageField.Id, ImageField.Name, ImageField.Size, ImageField.ImportTime, ImageField.LastUsed, ImageField.TrustedBy];

    /// <summary>Puts images in an order that is always the same: those that are equal in a column follow their ids.</summary>
    public static IReadOnlyList<ImageSummary> Sort(IReadOnlyList<ImageSummary> images, ImageField by, bool isDescending)
    {
        IEnumerable<ImageSummary> sorted = images.OrderBy(static image => image.Id.ToString(), StringComparer.Ordinal);
        sorted = by switch
        {
            ImageField.Name => sorted.OrderBy(static image => image.Names.FirstOrDefault(""), StringComparer.Ordinal),
            ImageField.Size => sorted.OrderBy(static image => image.SizeBytes),
            ImageField.LastUsed => sorted.OrderBy(static image => image.LastUsedAt),
            ImageField.ImportTime => sorted.OrderBy(static image => image.ImportedAt),
            _ => sorted,
        };
        return [.. isDescending ? sorted.Reverse() : sorted];
    }

    public static string Table(IReadOnlyList<ImageSummary> images, IReadOnlyList<ImageField> fields, bool isFull, bool hasLegend, DateTimeOffset now)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add([.. fields.Select(TitleOf)]);
        }

        foreach (ImageSummary image in images)
        {
            table.Add([.. fields.Select(field => Cell(image, field, isFull, now))]);

            // Each further name has a line of its own, so that the names are one column for scripts.
            foreach (string name in fields.Contains(ImageField.Name) ? image.Names.Skip(1) : [])
            {
                table.Add([.. fields.Select(field => field switch
                {
                    ImageField.Id => Cell(image, field, isFull, now),
                    ImageField.Name => name,
                    ImageField.TrustedBy => TrustOf(image, name, isFull),
                    _ => "",
                })]);
            }
        }

        return table.ToString();
    }

    public static IReadOnlyList<ImageView> Views(IReadOnlyList<ImageSummary> images) =>
        [.. images.Select(static image => new ImageView(
            image.Id.ToString(),
            image.Names,
            Times.Json(image.ImportedAt),
            Times.Json(image.LastUsedAt),
            image.SizeBytes,
            image.SharedBytes,
            image.OwnBytes,
            [.. image.Verified.Select(static name => new ImageTrustView(name.Name, name.Trust!.Key, name.Trust.Rule, name.Trust.Signed, Times.Json(name.Trust.VerifiedAt)))]))];

    private static string TitleOf(ImageField field) => field switch
    {
        ImageField.Id => "ID",
        ImageField.Name => "NAME",
        ImageField.Size => "SIZE",
        ImageField.ImportTime => "IMPORT TIME",
        ImageField.LastUsed => "LAST USED",
        _ => "TRUSTED BY",
    };

    private static string Cell(ImageSummary image, ImageField field, bool isFull, DateTimeOffset now)
    {
        string Time(DateTimeOffset time) => isFull ? Times.Absolute(time) : Times.Ago(time, now);
        return field switch
        {
            ImageField.Id => isFull ? image.Id.ToString() : image.Id.Short,
            ImageField.Name => image.Names.FirstOrDefault("<none>"),
            ImageField.Size => isFull ? $"{image.SizeBytes}" : Sizes.Binary(image.SizeBytes),
            ImageField.ImportTime => Time(image.ImportedAt),
            ImageField.LastUsed => Time(image.LastUsedAt),
            _ => TrustOf(image, image.Names.FirstOrDefault(""), isFull),
        };
    }

    private static string TrustOf(ImageSummary image, string name, bool isFull) =>
        image.Verified.FirstOrDefault(verified => verified.Name == name)?.Trust is not { } trust ? "-" : isFull ? trust.Key ?? trust.Rule : trust.Short;
}

using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>`podctl image list`.</summary>
internal static class ImageListText
{
    public static string Table(IReadOnlyList<ImageSummary> images, bool isFull, bool hasLegend, DateTimeOffset now)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add("ID", "NAME", "SIZE", "IMPORT TIME", "LAST USED", "TRUSTED BY");
        }

        foreach (ImageSummary image in images)
        {
            string Time(DateTimeOffset time) => isFull ? Times.Absolute(time) : Times.Ago(time, now);
            string TrustOf(string name) => image.Verified.FirstOrDefault(verified => verified.Name == name)?.Trust is not { } trust ? "-" : isFull ? trust.Key ?? trust.Rule : trust.Short;
            string id = isFull ? image.Id.ToString() : image.Id.Short;
            table.Add(
                id,
                image.Names.Count == 0 ? "<none>" : image.Names[0],
                isFull ? $"{image.SizeBytes}" : Sizes.Binary(image.SizeBytes),
                Time(image.ImportedAt),
                Time(image.LastUsedAt),
                TrustOf(image.Names.FirstOrDefault("")));

            // Each further name has a line of its own, so that the names are one column for scripts.
            foreach (string name in image.Names.Skip(1))
            {
                table.Add(id, name, "", "", "", TrustOf(name));
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
            [.. image.Verified.Select(static name => new ImageTrustView(name.Name, name.Trust!.Key, name.Trust.Rule, name.Trust.Signed, Times.Json(name.Trust.VerifiedAt)))]))];
}

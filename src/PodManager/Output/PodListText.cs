using PodManager.Pods;

namespace PodManager.Output;

/// <summary>`podctl list`.</summary>
internal static class PodListText
{
    public static string Table(IReadOnlyList<PodSummary> pods, bool isFull, bool hasLegend, DateTimeOffset now)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add(Cells("UUID", "APP", "IMAGE NAME", isFull ? "IMAGE ID" : null, "STATE", "CREATED", "STARTED", "NETWORKS", "NAME"));
        }

        foreach (PodSummary pod in pods)
        {
            string Time(DateTimeOffset? time) => time is null ? "" : isFull ? Times.Absolute(time.Value) : Times.Ago(time.Value, now);
            string id = isFull ? pod.Id.ToString() : pod.Id.Short;
            string given = pod.Outline?.Name?.ToString() ?? "";
            string network = NetworkView.TextOf(pod.Outline?.Network, pod.Networks);
            DateTimeOffset? created = pod.Outline?.Created;
            IReadOnlyList<AppOutline> apps = pod.Outline?.Apps ?? [];
            if (apps.Count == 0)
            {
                table.Add(Cells(id, "-", "-", isFull ? "-" : null, pod.State.Word(), Time(created), Time(pod.Started), network, given));
            }

            foreach ((int index, AppOutline app) in apps.Index())
            {
                string name = app.Name.ToString();
                string? image = isFull ? ImageId(app.Image.Id) : null;
                table.Add(index == 0
                    ? Cells(id, name, app.Image.Name, image, pod.State.Word(), Time(created), Time(pod.Started), network, given)
                    : Cells("", name, app.Image.Name, image));
            }
        }

        return table.ToString();
    }

    // The pod's columns stand in the row of its first app only.
    private static string[] Cells(params string?[] cells) => [.. cells.OfType<string>()];

    private static string ImageId(string id) => Digest.TryParse(id, out Digest? digest) ? digest.Short : id;
}

using PodManager.Pods;

namespace PodManager.Tests;

/// <summary>Records of made-up pods.</summary>
internal static class Records
{
    public static AppName Name(string text) => AppName.TryParse(text, out AppName? name) ? name.Value : throw new ArgumentException(text);

    public static PodName PodName(string text) => PodManager.Pods.PodName.TryParse(text, out PodName? name) ? name.Value : throw new ArgumentException(text);

    public static PodRecord New(params string[] apps)
    {
        PodId id = PodId.New();
        return new PodRecord
        {
            Uuid = id,
            Created = new DateTimeOffset(2026, 3, 17, 20, 57, 1, 250, TimeSpan.Zero),
            Hostname = id.MachineName,
            Network = NetworkMode.None,
            Mode = RunMode.Foreground,
            Apps = [.. apps.Select(App)],
        };
    }

    /// <summary>What a table of pods should make of a pod.</summary>
    public static PodSummary SummaryOf(Pod pod) => new(
        pod.Id,
        pod.State,
        pod.Record is { } record
            ? new PodOutline(record.Created, record.Name, record.Network, record.Sandbox is not null, [.. record.Apps.Select(static app => new AppOutline(app.Name, app.Image, app.Restart))])
            : null)
    {
        Problem = pod.Problem,
        Started = pod.Started,
        Networks = pod.Networks,
    };

    private static PodApp App(string name) => new()
    {
        Name = Name(name),
        Image = new PodImage($"registry.example/{name}:1.0", "sha256:" + new string('a', 64)),
        Layers = [$"/layers/{name}"],
        Program = "/bin/true",
        Exec = ["/bin/true"],
        User = new PodUser(0, 0, []),
        WorkingDirectory = "/",
        StopSignal = "SIGTERM",
    };
}

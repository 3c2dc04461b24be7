using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Lifecycle;

public sealed class PodDesignerTests
{
    private static readonly StoredImage Image = new(
        Digest.TryParse("sha256:" + new string('a', 64), out Digest? id) ? id : throw new FormatException(),
        "registry.example/shop/web:1.0",
        new ImageConfig { Entrypoint = ["/bin/web"], Command = ["--all"], Environment = ["A=image", "B=image", "C=image", "D=image"], Volumes = ["/data", "/cache"] },
        ["/layers/one/root", "/layers/two/root"]);

    [Fact]
    public void Apps_are_named_after_their_images_and_keep_their_order()
    {
        PodRecord pod = Design(new AppOptions { Image = "web" }, new AppOptions { Image = "web", Name = Records.Name("db"), Arguments = ["x"] });
        Assert.Equal(["web", "db"], pod.Apps.Select(static app => app.Name.ToString()));
        Assert.Equal(["/bin/web", "--all"], pod.Apps[0].Exec);
        Assert.Equal(["/bin/web", "x"], pod.Apps[1].Exec);
        Assert.Equal("/bin/web", pod.Apps[0].Program);
        Assert.Equal(pod.Uuid.MachineName, pod.Hostname);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "true", true)]
    [InlineData(null, "yes", false)]
    [InlineData(false, "true", false)]
    [InlineData(true, null, true)]
    public void The_nearest_word_about_notifications_counts(bool? flag, string? annotation, bool? expected)
    {
        Notes? notes = annotation is null ? null : new Notes { Annotations = new Dictionary<string, string> { ["appc.io/executor/supports-systemd-notify"] = annotation } };
        Assert.Equal(expected, Design(new AppOptions { Image = "web", Notify = flag, Notes = notes }).Apps[0].Notify);
    }

    [Fact]
    public void The_nearest_variable_wins()
    {
        PodOptions options = new()
        {
            Apps = [new AppOptions { Image = "web", Environment = ["D=app"] }],
            InheritedEnvironment = ["A=caller", "E=caller", "PATH=/caller"],
            Environment = ["C=file", "C=pod", "D=pod"],
        };
        IReadOnlyList<string> environment = Design(options).Apps[0].Environment;
        Assert.Superset(new HashSet<string> { "A=image", "B=image", "C=pod", "D=app", "E=caller", "PATH=/caller", "AC_APP_NAME=web" }, environment.ToHashSet());
        Assert.Distinct(environment.Select(static variable => variable.Split('=')[0]));
    }

    [Fact]
    public void A_mount_takes_the_place_of_an_image_s_volume()
    {
        PodRecord pod = Design(new AppOptions { Image = "web", Mounts = [new VolumeMount("v", "/data")] });
        Assert.Equal(["/cache"], pod.Apps[0].ImageVolumes);
    }

    [Fact]
    public void A_volume_that_is_called_after_an_image_s_takes_its_place_unless_there_are_mounts()
    {
        PodOptions options = new() { Apps = [new AppOptions { Image = "web" }], Volumes = [new PodVolume { Name = "volume-data" }, new PodVolume { Name = "volume-other" }] };
        PodApp app = Design(options).Apps[0];
        Assert.Equal([new VolumeMount("volume-data", "/data")], app.Mounts);
        Assert.Equal(["/cache"], app.ImageVolumes);
        PodApp mounted = Design(options with { Apps = [new AppOptions { Image = "web", Mounts = [new VolumeMount("volume-other", "/x")] }] }).Apps[0];
        Assert.Equal(["/data", "/cache"], mounted.ImageVolumes);
    }

    [Theory]
    [InlineData("there are several apps named 'web'", "web", "", "web", "")]
    [InlineData("app 'web' cannot be started after itself", "web", "web", "db", "")]
    [InlineData("app 'db' is to be started after 'cache', which is no app of this pod", "web", "", "db", "cache")]
    [InlineData("apps wait for each other: web, db", "web", "db", "db", "web")]
    public void Apps_that_do_not_go_together_are_refused(string fault, string first, string afterFirst, string second, string afterSecond)
    {
        static AppOptions App(string name, string after) =>
            new() { Image = "web", Name = Records.Name(name), After = after.Length == 0 ? [] : [Records.Name(after)] };

        PodctlException e = Assert.Throws<PodctlException>(() => Design(App(first, afterFirst), App(second, afterSecond)));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_faults_of_all_apps_are_told_at_once()
    {
        PodctlException e = Assert.Throws<PodctlException>(() => Design(
            new AppOptions { Image = "web", Exec = "/nothing" }, new AppOptions { Image = "web", Name = Records.Name("b"), User = "/nowhere" }));
        Assert.Contains("'/nothing'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'/nowhere'", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.RunFailed, e.Code);
        Assert.Equal(ExitCode.CommandNotFound, Assert.Throws<PodctlException>(() => Design(new AppOptions { Image = "web", Exec = "/nothing" })).Code);
    }

    private static PodRecord Design(params AppOptions[] apps) => Design(new PodOptions { Apps = apps });

    private static PodRecord Design(PodOptions options) =>
        PodDesigner.Design(PodId.New(), options, [.. options.Apps.Select(static _ => Image)], static _ => new Root(), DateTimeOffset.UnixEpoch);

    private sealed class Root : IImageRoot
    {
        public ImageFile? Find(string path) => path == "/bin/web" ? new ImageFile(path, 0x81ED, 0, 0) : null;

        public ImageUser FindUser(string user) => new(0, 0, [], "root", "/root");
    }
}

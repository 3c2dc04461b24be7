using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Commands.Manifests;

/// <summary>`--pod-manifest`, and `cat-manifest`.</summary>
public sealed class ManifestFlagTests : IDisposable
{
    private const string Two = "version: 1\nname: shop\napps:\n- {image: one, restart: always}\n- image: two\n";

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_file_says_what_the_pod_is_and_flags_how_it_is_fetched_and_started()
    {
        RunOptions run = await CommandLineHarness.OptionsOf($"--pod-manifest={Write(Two)}", "--detach", "--net=host", "--pull-policy=update", "--insecure-options=image");
        Assert.Equal(["one", "two"], run.Pod.Apps.Select(static app => app.Image));
        Assert.Equal(("shop", PullPolicy.Update, InsecureOptions.Image), (run.Pod.Name.ToString(), run.Pod.PullPolicy, run.Pod.InsecureOptions));
        Assert.Equal((RunMode.Detached, NetworkMode.Host), (run.Start.Mode, run.Start.Network));
    }

    [Fact]
    public async Task A_pod_of_a_file_may_have_another_name()
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync("prepare", "--name=other", "--pod-manifest", Write(Two));
        Assert.Equal("other", harness.Prepare!.Value.Pod.Name.ToString());
    }

    [Theory]
    [InlineData("image 'web'", "web")]
    [InlineData("--volume", "-v", "/usr:/x")]
    [InlineData("--mount", "--mount=volume=v,target=/x")]
    [InlineData("--inherit-env", "--inherit-env")]
    [InlineData("--set-env", "--set-env=A=b")]
    [InlineData("--set-env-file", "--set-env-file=/dev/null")]
    [InlineData("--private-users", "--private-users=no")]
    [InlineData("--memory", "--memory=1G")]
    [InlineData("--annotation", "--annotation=a=b")]
    [InlineData("--user-annotation", "--user-annotation=a=b")]
    [InlineData("--user-label", "--user-label=a=b")]
    public async Task What_the_file_says_no_flag_says(string conflict, params string[] words)
    {
        PodctlException e = await CommandLineHarness.FailureOf(["prepare", $"--pod-manifest={Write("version: 1\napps:\n- image: a\n")}", .. words]);
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains($"conflicting flags set with --pod-manifest, which says what they say: {conflict}", e.Message, StringComparison.Ordinal);
        Assert.Contains("podctl-pod(5)", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--interactive takes one image", "--interactive")]
    [InlineData("--restart takes --detach")]
    [InlineData("--interactive and --pod-manifest=- exclude each other", "--interactive", "--pod-manifest=-")]
    [InlineData("flag '--pod-manifest' can be given only once", "--pod-manifest=/dev/null")]
    [InlineData("flag '--user' must follow an image", "--user=x")]
    public async Task What_does_not_go_with_the_pod_is_told(string fault, params string[] words)
    {
        string[] file = words.Contains("--pod-manifest=-") ? [] : [$"--pod-manifest={Write(Two)}"];
        Assert.Contains(fault, (await CommandLineHarness.FailureOf(["run", .. file, .. words])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_the_file_and_of_the_flags_are_told_together()
    {
        string file = Write("version: 1\napps:\n- {image: a, memory: x}\n- {imge: b}\n");
        PodctlException e = await CommandLineHarness.FailureOf("run", $"--pod-manifest={file}", "--hostname=_", "--set-env=A");
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.All(
            [$"{file}:3:22: memory: 'x' is no size", $"{file}:4:3: an app needs the key 'image'", $"{file}:4:4: unknown key 'imge' of an app, did you mean 'image'?", "--hostname: '_' is no host name", "--set-env: 'A' is not NAME=VALUE"],
            fault => Assert.Contains(fault, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told()
    {
        async Task ExpectAsync(string fault, string path) =>
            Assert.Contains(fault, (await CommandLineHarness.FailureOf("prepare", $"--pod-manifest={path}")).Message, StringComparison.Ordinal);

        string path = Path.Combine(_directory.Path, "bytes");
        await ExpectAsync($"cannot read '{path}': No such file or directory", path);
        await ExpectAsync($"cannot read '{_directory.Path}'", _directory.Path);
        await File.WriteAllBytesAsync(path, [0x61, 0xff, 0x0a], TestContext.Current.CancellationToken);
        await ExpectAsync("is no UTF-8", path);
        await File.WriteAllBytesAsync(path, new byte[(1 << 20) + 1], TestContext.Current.CancellationToken);
        await ExpectAsync("is larger than 1 MiB", path);
        await ExpectAsync("pod must contain at least one application", Write("version: 1\napps: []\n"));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_text()
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync("prepare", "--pod-manifest", Write("\ufeffversion: 1\napps:\n- image: a\n"));
        _ = Assert.Single(harness.Prepare!.Value.Pod.Apps);
    }

    [Theory]
    [InlineData("{\n\t\"version\": 1,\n\t\"privateUsers\": false,\n")]
    [InlineData("{\"version\":1,\"privateUsers\":false,", "--pretty-print=no")]
    [InlineData("version: 1\nprivateUsers: false\napps:\n- name: web\n", "--format=yaml")]
    public async Task A_manifest_is_printed(string beginning, params string[] flags)
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Exited);
        (int code, string output) = await harness.RunAsync(isRoot: false, ["cat-manifest", .. flags, $"{pod}"]);
        Assert.Equal(0, code);
        Assert.StartsWith(beginning, output, StringComparison.Ordinal);
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_a_record_has_no_manifest()
    {
        CommandLineHarness harness = new();
        PodId pod = harness.Store.Add(PodState.Exited, static pod => pod with { Record = null, Problem = "its record is damaged" });
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync("cat-manifest", $"{pod}"));
        Assert.Equal((ExitCode.WrongState, $"pod '{pod}' has no manifest: its record is damaged"), (e.Code, e.Message));
        Assert.Contains("YAML is always on several lines", (await CommandLineHarness.FailureOf("cat-manifest", "--format=yaml", "--pretty-print=no", "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_are_taken_by_the_pod_before_the_first_image_and_by_the_app_after_it()
    {
        RunOptions run = await CommandLineHarness.OptionsOf("--annotation=a=b", "--user-label=c=", "web", "--annotation=d=e=f", "--user-annotation=g=h");
        Assert.Equal(("b", ""), (run.Pod.Notes!.Annotations!["a"], run.Pod.Notes.UserLabels!["c"]));
        Assert.Equal(("e=f", "h"), (run.Pod.Apps[0].Notes!.Annotations!["d"], run.Pod.Apps[0].Notes!.UserAnnotations!["g"]));
        Assert.Contains("--annotation: 'a' is given twice", (await CommandLineHarness.FailureOf("run", "--annotation=a=b", "--annotation=a=c", "web")).Message, StringComparison.Ordinal);
        Assert.Contains("--user-label: 'a' is given twice", (await CommandLineHarness.FailureOf("run", "web", "--user-label=a=b", "--user-label=a=c")).Message, StringComparison.Ordinal);
        Assert.Contains("--annotation: '=b' is not KEY=VALUE", (await CommandLineHarness.FailureOf("run", "--annotation==b", "web")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private string Write(string text)
    {
        string path = Path.Combine(_directory.Path, "pod.yaml");
        File.WriteAllText(path, text);
        return path;
    }
}

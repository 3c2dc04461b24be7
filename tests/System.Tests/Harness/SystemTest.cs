using Xunit;

namespace System.Tests.Harness;

/// <summary>
/// A test with pods: whatever it ran is removed at its end by podctl itself, and then the host has to be as it was before. If it fails, the pods' journals
/// and the host's are in its output.
/// </summary>
public abstract class SystemTest : IAsyncLifetime
{
    private readonly List<IDisposable> _resources = [];
    private readonly DateTime _start = DateTime.UtcNow;
    private HostState? _before;
    private int _uuidFiles;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A directory of the test's own.</summary>
    protected string Scratch { get; } = $"/var/tmp/podctl-test-{Guid.NewGuid():N}";

    /// <summary>Another, for volumes: the host's root is an overlay, which has no id-mapped mounts, and this one is not on it.</summary>
    protected string Data => Directory.CreateDirectory(DataPath).FullName;

    private string DataPath => $"/results/{Path.GetFileName(Scratch)}";

    public virtual async ValueTask InitializeAsync()
    {
        _ = Directory.CreateDirectory(Scratch);

        // The place where pods' roots are built stays from the first run of a boot on.
        _ = Directory.CreateDirectory("/run/podctl/root");
        _before = await HostState.TakeAsync(Ct);
    }

    public virtual async ValueTask DisposeAsync()
    {
        bool hasFailed = TestContext.Current.TestState?.Result == TestResult.Failed;
        if (hasFailed)
        {
            await ReportAsync();
        }

        _resources.ForEach(static resource => resource.Dispose());
        List<CliResult> failures = [];
        foreach (TestPod pod in Pods().Where(static pod => Directory.Exists(pod.Directory)))
        {
            CliResult removal = await Podctl.RunAsync(CancellationToken.None, "rm", "--force", pod.Uuid);

            // Its own podctl may have removed it at the same moment.
            if (removal.ExitCode != 0 && Directory.Exists(pod.Directory))
            {
                failures.Add(removal);
            }
        }

        Directory.Delete(Scratch, recursive: true);
        if (Directory.Exists(DataPath))
        {
            Directory.Delete(DataPath, recursive: true);
        }

        Assert.Empty(failures);
        if (!hasFailed)
        {
            await _before!.ExpectSameAsync(CancellationToken.None);
        }
    }

    /// <summary>Fails unless the host is as it was before the test, which includes that there is no new pod.</summary>
    protected Task ExpectNothingLeftAsync() => _before!.ExpectSameAsync(Ct);

    /// <summary>Runs a pod in the foreground to its end.</summary>
    private protected async Task<CliResult> RunAsync(Run run) => (await RunPodAsync(run)).Result;

    /// <summary>Runs a command in busybox.</summary>
    private protected Task<CliResult> RunAsync(params string[] command) => RunAsync(new Run(command));

    private protected Task<CliResult> ShellAsync(string script) => RunAsync(Run.Shell(script));

    /// <summary>Runs a pod in the foreground to its end, for tests that go on with it.</summary>
    private protected async Task<(CliResult Result, TestPod Pod)> RunPodAsync(Run run)
    {
        using RunningPod running = Start(run);
        CliResult result = await running.FinishAsync(Ct);
        return (result, Pods() is [.., TestPod last] ? last : new TestPod("none"));
    }

    /// <summary>Starts a pod in the foreground.</summary>
    private protected RunningPod Start(Run run)
    {
        string uuidFile = NewUuidFile();
        RunningPod running = new(CliProcess.Start(Podctl.Program, run.Words(uuidFile), run.Options), uuidFile);
        _resources.Add(running);
        return running;
    }

    /// <summary>Starts a pod in the background; it runs when this returns.</summary>
    private protected async Task<TestPod> DetachAsync(Run run)
    {
        CliResult result = await Podctl.RunAsync(Ct, (run with { Flags = ["--detach", .. run.Flags] }).Words(NewUuidFile()));
        return new TestPod(result.Expect(0).Stdout.TrimEnd());
    }

    /// <summary>Prepares a pod.</summary>
    private protected async Task<TestPod> PrepareAsync(Run run)
    {
        CliResult result = await Podctl.RunAsync(Ct, (run with { Verb = "prepare" }).Words(NewUuidFile()));
        return new TestPod(result.Expect(0).Stdout.TrimEnd());
    }

    /// <summary>Makes a pod whose apps come and go, of busybox, which `app add` then finds in the store.</summary>
    private protected async Task<TestPod> SandboxAsync(params string[] flags)
    {
        _ = (await Podctl.RunAsync(Ct, "fetch", "--quiet", Podctl.Trust, Podctl.Registry + "busybox:latest")).Expect(0);
        return new TestPod((await Podctl.RunAsync(Ct, ["app", "sandbox", $"--uuid-file-save={NewUuidFile()}", .. flags])).Expect(0).Stdout.TrimEnd());
    }

    private protected Task<TestPod> DetachAsync(params string[] command) => DetachAsync(new Run(command));

    /// <summary>Starts a pod at a terminal of its own.</summary>
    private protected PseudoTerminal StartAtTerminal(Run run, int rows = 24, int columns = 80) => AtTerminal(rows, columns, Podctl.Program, run.Words(NewUuidFile()));

    /// <summary>Starts a command at a terminal.</summary>
    private protected PseudoTerminal AtTerminal(int rows, int columns, string program, params string[] arguments)
    {
        PseudoTerminal terminal = PseudoTerminal.Start(rows, columns, program, arguments);
        _resources.Add(terminal);
        return terminal;
    }

    /// <summary>The pods that this test has started so far, oldest first.</summary>
    private protected IReadOnlyList<TestPod> Pods() =>
        [.. Enumerable.Range(0, _uuidFiles).Select(UuidFile).Where(IsWritten).Select(static file => new TestPod(File.ReadAllText(file)))];

    /// <summary>Waits for the pod of the last start at a terminal.</summary>
    private protected async Task<TestPod> LastPodAsync()
    {
        string file = UuidFile(_uuidFiles - 1);
        await Wait.UntilAsync(() => IsWritten(file), $"'{file}' has a UUID", Ct);
        return new TestPod(await File.ReadAllTextAsync(file, Ct));
    }

    private protected string NewUuidFile() => UuidFile(_uuidFiles++);

    private static bool IsWritten(string uuidFile) => new FileInfo(uuidFile) is { Exists: true, Length: 36 };

    private string UuidFile(int number) => Path.Combine(Scratch, $"uuid-{number}");

    private async Task ReportAsync()
    {
        static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

        string since = _start.ToString("yyyy-MM-dd HH:mm:ss 'UTC'");
        foreach (TestPod pod in Pods().TakeLast(3))
        {
            CliResult status = await Podctl.RunAsync(CancellationToken.None, "status", "--format=json", pod.Uuid);
            CliResult journal = await pod.JournalAsync(CancellationToken.None, "-o", "short-precise", "-n", "100");
            Say($"pod {pod.Uuid}: {status.Stdout}{status.Stderr}\n{journal.Stdout}{journal.Stderr}");
        }

        CliResult host = await Cli.RunAsync(CancellationToken.None, "journalctl", "--no-pager", "-q", "-o", "short-precise", "-n", "200", $"--since={since}");
        Say($"the host's journal:\n{host.Stdout}{host.Stderr}");
        Say($"the host now:\n{await HostState.TakeAsync(CancellationToken.None)}");
    }
}

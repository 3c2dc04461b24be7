using Common.Contract;
using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;
using PodManager.Tests.Images;
using PodManager.Tests.Lifecycle;

namespace PodManager.Tests.Commands;

/// <summary>Runs command lines against services that only note what they are asked for.</summary>
internal sealed class CommandLineHarness : IServices, IPodRunner, ICommandRunner, ILogins, ISandboxes, IFileService, IAttacher
{
    public static readonly PodId RunPod = PodId.TryParse("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11", out PodId? id) ? id.Value : default;

    /// <summary>What `run` was asked for.</summary>
    public RunOptions? Run { get; private set; }

    /// <summary>What `prepare` was asked for, and where it was to write the UUID.</summary>
    public (PodOptions Pod, string? UuidFile)? Prepare { get; private set; }

    /// <summary>What `run-prepared` was asked for.</summary>
    public (PodId Pod, StartOptions Start)? Start { get; private set; }

    public Settings? Settings { get; private set; }

    public Func<RunOptions, int> OnRun { get; init; } = static _ => 0;

    public FakePods Store { get; } = new();

    public PodService Pods => new(Store, Store, () => Store, TimeProvider.System);

    /// <summary>What `exec` or `enter` was asked for.</summary>
    public ExecOptions? Command { get; private set; }

    public ICommandRunner Exec => this;

    public IPodRunner Runner => this;

    public INetworks Networks => Store;

    public IPodMeter Meter => throw new NotSupportedException();

    public IAttacher Attacher => this;

    /// <summary>What `attach` was asked for.</summary>
    public (PodId Pod, AppName? App, AttachMode Mode)? Attachment { get; private set; }

    public PodUpdater Updater => new(Store, Pods, () => Store, null!, new FakeMessages());

    public ISandboxes Sandboxes => this;

    /// <summary>What `app` verbs were asked for, e.g. `start UUID web`.</summary>
    public List<string> AppCalls { get; } = [];

    /// <summary>What `app add` was asked for.</summary>
    public (AppOptions App, IReadOnlyList<PodVolume> Volumes, FetchOptions Fetch)? Added { get; private set; }

    /// <summary>What `cp` was asked for.</summary>
    public CopyOptions? Copy { get; private set; }

    /// <summary>What `export` was asked for.</summary>
    public PodExportOptions? Export { get; private set; }

    public IFileService FilesOfPods => this;

    public IImageStore Images => throw new NotSupportedException();

    public IImageSource ImageSource => throw new NotSupportedException();

    public IImageExporter ImageExporter => throw new NotSupportedException();

    public IStoreChecker StoreChecker => throw new NotSupportedException();

    public IImageNames ImageNames => throw new NotSupportedException();

    public ILogins Logins => this;

    public FakePrompt Prompt { get; } = new();

    /// <summary>What `login` was asked for.</summary>
    public LoginRequest? Login { get; private set; }

    /// <summary>What `logout` was asked for, and with which file.</summary>
    public List<(string? Registry, string? AuthFile)> Logouts { get; } = [];

    public IJournal Journals => throw new NotSupportedException();

    public ITrustedKeys TrustedKeys { get; init; } = null!;

    public ITrustPolicy TrustPolicy => throw new NotSupportedException();

    public async Task<(int Code, string Out)> RunAsync(bool isRoot, params string[] args)
    {
        string path = Path.GetTempFileName();
        try
        {
            int code;
            using (FileStream file = File.OpenWrite(path))
            using (Printer output = new((int)file.SafeFileHandle.DangerousGetHandle(), isLineByLine: false))
            {
                CommandContext context = new(
                    settings =>
                    {
                        Settings = settings;
                        return this;
                    },
                    output,
                    new Messages(output),
                    TimeProvider.System)
                {
                    Prompt = Prompt,
                };
                code = await new CommandLine(context).RunAsync(args, isRoot, static _ => { }, CancellationToken.None);
            }

            return (code, await File.ReadAllTextAsync(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    public Task<(int Code, string Out)> RunAsync(params string[] args) => RunAsync(isRoot: true, args);

    /// <summary>The failure of a command line that cannot be run.</summary>
    public static Task<PodctlException> FailureOf(params string[] args) => Xunit.Assert.ThrowsAsync<PodctlException>(() => new CommandLineHarness().RunAsync(args));

    public static async Task<RunOptions> OptionsOf(params string[] args)
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync(["run", .. args]);
        return harness.Run!;
    }

    /// <summary>The only app that `run` was asked for.</summary>
    public static async Task<AppOptions> AppOf(params string[] args) => Xunit.Assert.Single((await OptionsOf(args)).Pod.Apps);

    Task<RunResult> IPodRunner.RunAsync(RunOptions options, CancellationToken ct)
    {
        Run = options;
        return Task.FromResult(new RunResult(OnRun(options), RunPod));
    }

    Task<PodId> IPodRunner.PrepareAsync(PodOptions options, string? uuidFile, CancellationToken ct)
    {
        Prepare = (options, uuidFile);
        return Task.FromResult(RunPod);
    }

    RunResult IPodRunner.RunPrepared(PodId id, StartOptions options, CancellationToken ct)
    {
        Start = (id, options);
        return new RunResult(9, id);
    }

    int ICommandRunner.Run(ExecOptions options)
    {
        Command = options;
        return 7;
    }

    AttachTargets IAttacher.TargetsOf(PodId pod, AppName? app) => AttachTargets.Stdin | AttachTargets.Stdout;

    int IAttacher.Attach(PodId pod, AppName? app, AttachMode mode)
    {
        Attachment = (pod, app, mode);
        return 6;
    }

    Task<AppName> ISandboxes.AddAsync(PodId id, AppOptions options, IReadOnlyList<PodVolume> volumes, FetchOptions fetch, CancellationToken ct)
    {
        Added = (options, volumes, fetch);
        return Task.FromResult(options.Name ?? Records.Name("app"));
    }

    void ISandboxes.Start(PodId id, AppName app, CancellationToken ct) => AppCalls.Add($"start {id} {app}");

    void ISandboxes.Stop(PodId id, AppName app, CancellationToken ct) => AppCalls.Add($"stop {id} {app}");

    void ISandboxes.Restart(PodId id, AppName app, CancellationToken ct) => AppCalls.Add($"restart {id} {app}");

    void ISandboxes.Remove(PodId id, AppName app) => AppCalls.Add($"remove {id} {app}");

    Task IFileService.CopyAsync(CopyOptions options, Action<ReadOnlyMemory<byte>> output, CancellationToken ct)
    {
        Copy = options;
        return Task.CompletedTask;
    }

    Task IFileService.ExportAsync(PodExportOptions options, CancellationToken ct)
    {
        Export = options;
        return Task.CompletedTask;
    }

    Task<string> ILogins.LoginAsync(LoginRequest request, CancellationToken ct)
    {
        Login = request;
        return Task.FromResult("/place");
    }

    Task<string?> ILogins.LogoutAsync(string registry, string? authFile, CancellationToken ct)
    {
        Logouts.Add((registry, authFile));
        return Task.FromResult<string?>("/place");
    }

    Task<IReadOnlyList<string>> ILogins.LogoutAllAsync(string? authFile, CancellationToken ct)
    {
        Logouts.Add((null, authFile));
        return Task.FromResult<IReadOnlyList<string>>(["registry.example"]);
    }

    public void Dispose()
    {
    }
}

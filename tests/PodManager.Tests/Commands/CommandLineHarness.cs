using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Tests.Commands;

/// <summary>Runs command lines against services that only note what they are asked for.</summary>
internal sealed class CommandLineHarness : IServices, IPodRunner
{
    public static readonly PodId RunPod = PodId.TryParse("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11", out PodId? id) ? id.Value : default;

    /// <summary>What `run` was asked for.</summary>
    public RunOptions? Run { get; private set; }

    public Settings? Settings { get; private set; }

    public Func<RunOptions, int> OnRun { get; init; } = static _ => 0;

    public PodService Pods => throw new NotSupportedException();

    public IPodRunner Runner => this;

    public IImageStore Images => throw new NotSupportedException();

    public IImageSource ImageSource => throw new NotSupportedException();

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
                    TimeProvider.System);
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

    Task<RunResult> IPodRunner.RunAsync(RunOptions options, CancellationToken ct)
    {
        Run = options;
        return Task.FromResult(new RunResult(OnRun(options), RunPod));
    }

    public void Dispose()
    {
    }
}

using System.Diagnostics;
using Common.Native;

namespace System.Tests.Harness;

/// <summary>A command under way, with a pipe on each of its standard streams.</summary>
internal sealed class CliProcess : IDisposable
{
    private const int Kill = 9;

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly CliOptions _options;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Capture _output = new();
    private readonly Capture _error = new();
    private readonly Task _streams;
    private bool _isDisposed;

    private CliProcess(Process process, string commandLine, CliOptions options)
    {
        _process = process;
        Pid = process.Id;
        _commandLine = commandLine;
        _options = options;
        _streams = Task.WhenAll(_output.ReadAsync(process.StandardOutput.BaseStream), _error.ReadAsync(process.StandardError.BaseStream), FeedAsync());
    }

    public int Pid { get; }

    public Capture Output => _output;

    public Capture Error => _error;

    public Stream Input => _process.StandardInput.BaseStream;

    public static CliProcess Start(string program, IEnumerable<string> arguments, CliOptions? options = null)
    {
        options ??= new CliOptions();
        string[] words = [.. arguments];
        ProcessStartInfo info = new(program, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach ((string name, string value) in options.Environment)
        {
            info.Environment[name] = value;
        }

        string commandLine = string.Join(' ', words.Prepend(program).Select(static word => word.Any(" \n\"'$".Contains) ? $"'{word}'" : word));
        return new CliProcess(Process.Start(info)!, commandLine, options);
    }

    public void Signal(int signal) => _ = Libc.Kill(Pid, signal);

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits until it has ended and everything that has its output open has closed it.</summary>
    public async Task<CliResult> FinishAsync(CancellationToken ct)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(_options.Deadline);
        bool hasEnded = false;
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            hasEnded = true;
            await _streams.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Signal(Kill);
            throw new TimeoutException(
                $"{(hasEnded ? "something still has the output open" : "still running")} {_options.Deadline.TotalSeconds} s after the start: {Result(hasEnded ? _process.ExitCode : -1)}");
        }

        return Result(_process.ExitCode);
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            Signal(Kill);
        }

        _process.Dispose();
    }

    private CliResult Result(int exitCode) => new(_commandLine, exitCode, _output.Bytes, _error.Bytes, _watch.Elapsed);

    private async Task FeedAsync()
    {
        try
        {
            await Input.WriteAsync(_options.Input);
            await Input.FlushAsync();
            if (!_options.KeepInputOpen)
            {
                CloseInput();
            }
        }
        catch (IOException)
        {
            // It does not want its input.
        }
    }
}

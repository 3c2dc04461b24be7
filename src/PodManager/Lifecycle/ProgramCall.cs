using System.Collections;
using System.Diagnostics;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Runs a small program that gets its input at once and gives a short answer, within a time.</summary>
internal static class ProgramCall
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <param name="path">The program.</param>
    /// <param name="arguments">Its name first.</param>
    /// <param name="input">Less than a pipe holds, so that writing it never waits.</param>
    /// <param name="timeout">It is killed then.</param>
    /// <param name="outputLimit">It is killed then, too.</param>
    /// <param name="ct">Likewise.</param>
    public static (int Code, byte[] Output) Run(string path, IReadOnlyList<string> arguments, byte[] input, TimeSpan timeout, int outputLimit, CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        (Fd inputReader, Fd inputWriter) = Pipe.Create();
        (Fd outputReader, Fd outputWriter) = Pipe.Create();
        using Fd nothing = Files.Open("/dev/null", O_WRONLY);
        int pid;
        using (inputReader)
        using (outputWriter)
        {
            List<string> environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static entry => $"{entry.Key}={entry.Value}")];

            // What it says on standard error may be about secrets.
            pid = Spawn.Start(path, arguments, environment, [(inputReader, 0), (outputWriter, 1), (nothing, 2)]);
        }

        using Fd process = Pidfd.Open(pid)!; // not waited for yet, so it cannot be gone
        using (outputReader)
        {
            try
            {
                Write(inputWriter, input);
                byte[] output = Read(outputReader, outputLimit, path, start, timeout, ct);
                WaitFor(process, path, start, timeout, ct);
                return (Spawn.Wait(pid), output);
            }
            catch
            {
                _ = Pidfd.Signal(process, SIGKILL);
                _ = Spawn.Wait(pid);
                throw;
            }
        }
    }

    private static void Write(Fd pipe, byte[] input)
    {
        using (pipe)
        {
            try
            {
                Files.WriteAll(pipe, input);
            }
            catch (NativeException gone) when (gone.Errno == Errno.EPIPE)
            {
                // It does not want to know; its exit code says more.
            }
        }
    }

    private static byte[] Read(Fd pipe, int limit, string path, long start, TimeSpan timeout, CancellationToken ct)
    {
        using MemoryStream output = new();
        byte[] buffer = new byte[4096];
        while (true)
        {
            WaitFor(pipe, path, start, timeout, ct);
            int got = Files.Read(pipe, buffer);
            if (got == 0)
            {
                return output.ToArray();
            }

            output.Write(buffer, 0, got);
            if (output.Length > limit)
            {
                throw new PodctlException(ExitCode.Failed, $"'{path}' answers more than {limit >> 10} KiB");
            }
        }
    }

    private static void WaitFor(Fd descriptor, string path, long start, TimeSpan timeout, CancellationToken ct)
    {
        Span<bool> ready = [false];
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            _ = Poll.Wait([descriptor], Step, ready);
            if (ready[0])
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                throw new PodctlException(ExitCode.Failed, $"'{path}' does not answer within {timeout.TotalSeconds:F0} seconds");
            }
        }
    }
}

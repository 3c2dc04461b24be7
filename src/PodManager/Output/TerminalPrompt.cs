using System.Text;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Output;

/// <summary>Asks at the terminal that podctl was started from, whatever its standard streams are.</summary>
internal sealed class TerminalPrompt : IPrompt
{
    private const int InputLimit = 64 << 10;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    public string? Ask(string question, bool isSecret, CancellationToken ct)
    {
        Fd terminal;
        try
        {
            terminal = Files.Open("/dev/tty", O_RDWR);
        }
        catch (NativeException)
        {
            return null;
        }

        using (terminal)
        {
            byte[]? saved = isSecret ? Terminal.HideInput(terminal.Number) : null;
            try
            {
                Files.WriteAll(terminal, Encoding.UTF8.GetBytes(question));
                return ReadLine(terminal, ct);
            }
            finally
            {
                if (saved is not null)
                {
                    Terminal.Restore(terminal.Number, saved);
                    Files.WriteAll(terminal, "\n"u8);
                }
            }
        }
    }

    public string ReadInput()
    {
        using Fd input = new(STDIN_FILENO, owns: false);
        byte[] content = Files.ReadBytes(input, InputLimit);
        string text = content.Length < InputLimit
            ? Encoding.UTF8.GetString(content)
            : throw new PodctlException(ExitCode.Usage, $"standard input has more than {InputLimit >> 10} KiB, which is no password");
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }

    // The terminal gives whole lines. Ctrl-C comes as a signal, which ends a waiting read(2) only if nobody restarts it.
    private static string ReadLine(Fd terminal, CancellationToken ct)
    {
        Span<bool> ready = [false];
        do
        {
            ct.ThrowIfCancellationRequested();
            _ = Poll.Wait([terminal], Step, ready);
        }
        while (!ready[0]);

        byte[] line = new byte[4096]; // N_TTY's longest line, termios(3)
        return Encoding.UTF8.GetString(line, 0, Files.Read(terminal, line)).TrimEnd('\r', '\n');
    }
}

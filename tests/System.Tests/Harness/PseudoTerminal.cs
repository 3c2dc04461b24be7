using System.Text;
using System.Text.RegularExpressions;
using Common.Native;
using static Tmds.Linux.LibC;

namespace System.Tests.Harness;

/// <summary>A command at a terminal, and somebody who types (pty(7)).</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const nuint SetWindowSize = 0x5414; // TIOCSWINSZ, ioctl_tty(2)
    private const int TermiosSize = 256;

    private readonly Fd _master;
    private readonly Fd _slave;
    private readonly Fd _process;
    private readonly Task<int> _exit;
    private volatile bool _isClosing;

    private PseudoTerminal(Fd master, Fd slave, int pid)
    {
        _master = master;
        _slave = slave;
        Pid = pid;
        _process = Pidfd.Open(pid)!;
        _exit = Task.Run(() => Spawn.Wait(pid));
        new Thread(ReadScreen) { IsBackground = true, Name = "screen" }.Start();
    }

    public int Pid { get; }

    /// <summary>Everything that has been shown.</summary>
    public Capture Screen { get; } = new();

    /// <summary>The terminal's settings, termios(3).</summary>
    public byte[] Settings
    {
        get
        {
            byte[] settings = new byte[TermiosSize];
            unsafe
            {
                fixed (byte* start = settings)
                {
                    _ = NativeException.ThrowIfFailed(Libc.TcGetAttr(_slave.Number, start), "tcgetattr");
                }
            }

            return settings;
        }
    }

    /// <summary>Starts a command with a new terminal as its standard streams and as its controlling terminal.</summary>
    public static PseudoTerminal Start(int rows, int columns, string program, params string[] arguments)
    {
        (Fd master, string path) = Terminal.Create();
        Fd slave = Files.Open(path, O_RDWR | O_NOCTTY);
        Resize(master, rows, columns);
        string[] environment = [$"PATH={Environment.GetEnvironmentVariable("PATH")}", "TERM=xterm", "HOME=/root", "LANG=C.UTF-8"];

        // setsid(1) makes the terminal the controlling one; it execs, so that the process id stays.
        int pid = Spawn.Start("/usr/bin/setsid", ["setsid", "--ctty", program, .. arguments], environment, [(slave, 0), (slave, 1), (slave, 2)]);
        return new PseudoTerminal(master, slave, pid);
    }

    public void Type(string text) => Files.WriteAll(_master, Encoding.UTF8.GetBytes(text));

    public void Resize(int rows, int columns) => Resize(_master, rows, columns);

    public void Signal(int signal) => _ = Pidfd.Signal(_process, signal);

    /// <summary>Waits for a shell's prompt after everything that was shown before <paramref name="from"/>.</summary>
    /// <returns>The position after it.</returns>
    public async Task<int> WaitForPromptAsync(int from, CancellationToken ct)
    {
        string text = await Screen.WaitAsync(all => all.Length > from && Prompt().IsMatch(all[from..]), "a prompt", ct);
        return text.Length;
    }

    /// <summary>Types a line at a shell's prompt.</summary>
    /// <returns>What it printed, until the next prompt.</returns>
    public async Task<string> CommandAsync(string line, CancellationToken ct)
    {
        int start = Screen.Text.Length;
        Type(line + "\r");
        int end = await WaitForPromptAsync(start, ct);
        string text = Screen.Text[start..end].Replace("\r", "", StringComparison.Ordinal);

        // bash switches its bracketed paste on and off around each command.
        text = text.Replace("\x1b[?2004l", "", StringComparison.Ordinal).Replace("\x1b[?2004h", "", StringComparison.Ordinal);
        int echo = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        return text[echo..text.LastIndexOf("bash-", StringComparison.Ordinal)];
    }

    /// <summary>Waits for the command's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(CancellationToken ct)
    {
        try
        {
            return await _exit.WaitAsync(Wait.Deadline, ct);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the command at the terminal is still there; the screen shows:\n{Screen.Text}");
        }
    }

    public void Dispose()
    {
        if (!_isClosing)
        {
            _ = Pidfd.Signal(_process, Signals.Kill);
            _isClosing = true;
            _process.Dispose();
        }
    }

    [GeneratedRegex(@"bash-[0-9.]+# $")]
    private static partial Regex Prompt();

    private static unsafe void Resize(Fd master, int rows, int columns)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        _ = NativeException.ThrowIfFailed(Libc.IoCtl(master.Number, SetWindowSize, size), "ioctl", "(TIOCSWINSZ)");
    }

    private void ReadScreen()
    {
        byte[] buffer = new byte[4096];
        Span<bool> ready = stackalloc bool[1];
        while (!_isClosing)
        {
            if (Poll.Wait([_master], TimeSpan.FromMilliseconds(100), ready))
            {
                Screen.Append(buffer.AsSpan(0, Files.Read(_master, buffer)));
            }
        }

        _slave.Dispose();
        _master.Dispose();
    }
}

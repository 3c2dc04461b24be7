using System.Text;
using Common.Native;

namespace Stage1.Streams;

/// <summary>A connection to the pod's journal that takes lines, as systemd makes one for each service. Each output has one of its own, so that unfinished lines of one and the other stay apart.</summary>
internal sealed class JournalStream : IDisposable
{
    private const int UnixFamily = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int Writing = 1; // SHUT_WR, shutdown(2)
    private const int DaemonInfo = 30; // LOG_DAEMON | LOG_INFO, syslog(3)

    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(3);

    private readonly Fd _fd = new(NativeException.ThrowIfFailed(Libc.Socket(UnixFamily, Stream | CloseOnExec, 0), "socket"));

    /// <param name="app">In whose name everything is logged. That its unit is the multiplexer's, and not the app's, is journald's doing, which looks at who sends.</param>
    public JournalStream(string app)
    {
        try
        {
            UnixAddress.Connect(_fd, "/run/systemd/journal/stdout");
        }
        catch (NativeException)
        {
            return; // the same as below
        }

        Write(Encoding.ASCII.GetBytes($"{app}\n\n{DaemonInfo}\n0\n0\n0\n0\n"));
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Files.WriteAll(_fd, bytes);
        }
        catch (NativeException)
        {
            // The journal is gone, and the app goes on, as it would with a connection of its own.
        }
    }

    /// <summary>Returns once journald has read and written everything: it hangs up then.</summary>
    public void Finish()
    {
        _ = Libc.ShutDown(_fd.Number, Writing);
        Span<bool> ready = stackalloc bool[1];
        _ = Poll.Wait([_fd], FinishTimeout, ready);
        Dispose();
    }

    public void Dispose() => _fd.Dispose();
}

using System.Text;
using Common.Native;

namespace PodManager.Output;

/// <summary>Writes text to a standard stream. When nobody reads it any more (`podctl list | head`), the rest is dropped.</summary>
internal sealed class Printer : IDisposable
{
    private const int StandardError = 2;
    private const int FlushAt = 16 * 1024;
    private const int GetFlags = 3; // F_GETFL, fcntl(2)

    private readonly Lock _lock = new();
    private readonly Fd _stream;
    private readonly bool _isLineByLine;
    private readonly StringBuilder _text = new();
    private readonly bool _isMissing;
    private bool _isClosed;

    /// <param name="descriptor">1 or 2.</param>
    /// <param name="isLineByLine">Every line is to be seen at once, as it always is on a terminal.</param>
    /// <param name="isMissing">It was not open when podctl was started: what is written there is lost.</param>
    public Printer(int descriptor, bool isLineByLine, bool isMissing = false)
    {
        _isMissing = isMissing;
        _stream = new Fd(descriptor, owns: false);
        IsTerminal = Libc.IsATty(descriptor) == 1;
        _isLineByLine = isLineByLine || IsTerminal;

        // Talk to a stream that was never open is for nobody, and its number may soon be another file's.
        _isClosed = isLineByLine && Libc.FCntl(descriptor, GetFlags, 0) < 0;
    }

    /// <summary>Whether a person looks at it, or a program reads it.</summary>
    public bool IsTerminal { get; }

    /// <summary>The reader has gone.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    public void Line(string text) => Text(text + "\n");

    public void Text(string text)
    {
        lock (_lock)
        {
            _ = _text.Append(text);
            if (_isLineByLine || _text.Length >= FlushAt)
            {
                Flush();
            }
        }
    }

    /// <summary>Bytes that need not be text.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            Flush();
            Write(bytes);
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            if (_text.Length > 0)
            {
                Write(Encoding.UTF8.GetBytes(_text.ToString()));
                _ = _text.Clear();
            }
        }
    }

    public void Dispose() => Flush();

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_isClosed)
        {
            return;
        }

        if (_isMissing)
        {
            _isClosed = true;
            throw new PodctlException(ExitCode.Failed, "cannot write the output: standard output is closed");
        }

        try
        {
            Files.WriteAll(_stream, bytes);
        }
        catch (NativeException e) when (e.Errno == Errno.EPIPE)
        {
            Volatile.Write(ref _isClosed, true);
        }
        catch (NativeException) when (_stream.Number == StandardError)
        {
            // Talk that cannot be written, as when the disk behind `2>` is full, is no reason to fail, and there is no place to say so.
        }
        catch (NativeException e)
        {
            // A full disk behind `>`: the result is lost, which must not look like success, nor be tried again at the end.
            Volatile.Write(ref _isClosed, true);
            throw new PodctlException(ExitCode.Failed, $"cannot write the output: {e.Reason}");
        }
    }
}

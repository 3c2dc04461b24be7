using System.Buffers;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>One of podctl's own streams, for the output of several apps: whole lines, so that no app's words get into another's.</summary>
/// <param name="to">The stream.</param>
/// <param name="prefix">Stands before each line.</param>
/// <param name="writing">Shared by all that write to the stream.</param>
internal sealed class LineOutput(Fd to, byte[] prefix, Lock writing) : IOutput
{
    // What is longer is cut: it has to be kept until it ends.
    private const int LongestLineBytes = 1 << 20;

    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly ArrayBufferWriter<byte> _lines = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        int newline;
        while ((newline = bytes.IndexOf((byte)'\n')) >= 0)
        {
            _pending.Write(bytes[..newline]);
            EndLine();
            bytes = bytes[(newline + 1)..];
        }

        _pending.Write(bytes);
        if (_pending.WrittenCount > LongestLineBytes)
        {
            EndLine();
        }

        Flush();
    }

    public void Finish()
    {
        if (_pending.WrittenCount > 0)
        {
            EndLine();
            Flush();
        }
    }

    private void EndLine()
    {
        _lines.Write(prefix);
        _lines.Write(_pending.WrittenSpan);
        _lines.Write("\n"u8);
        _pending.ResetWrittenCount();
    }

    private void Flush()
    {
        if (_lines.WrittenCount > 0)
        {
            lock (writing)
            {
                Files.WriteAll(to, _lines.WrittenSpan);
            }

            _lines.ResetWrittenCount();
        }
    }
}

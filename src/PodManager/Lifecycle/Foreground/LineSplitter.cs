namespace PodManager.Lifecycle.Foreground;

/// <summary>Cuts a stream of bytes into lines, as journald does with what it reads itself: at newlines, and where a line grows beyond its limit.</summary>
internal sealed class LineSplitter(Action<ReadOnlyMemory<byte>> onLine)
{
    /// <summary>journald's own LineMax=, journald.conf(5).</summary>
    public const int MaxLineBytes = 48 * 1024;

    private readonly byte[] _pending = new byte[MaxLineBytes];
    private int _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int newline = bytes.IndexOf((byte)'\n');
            int take = Math.Min(newline < 0 ? bytes.Length : newline, MaxLineBytes - _length);
            bytes[..take].CopyTo(_pending.AsSpan(_length));
            _length += take;
            bytes = bytes[take..];
            if (bytes.Length > 0 && bytes[0] == (byte)'\n')
            {
                bytes = bytes[1..];
                Emit();
            }
            else if (_length == MaxLineBytes)
            {
                Emit();
            }
        }
    }

    /// <summary>The stream has ended: what is left is a line too.</summary>
    public void Finish()
    {
        if (_length > 0)
        {
            Emit();
        }
    }

    private void Emit()
    {
        onLine(_pending.AsMemory(0, _length));
        _length = 0;
    }
}

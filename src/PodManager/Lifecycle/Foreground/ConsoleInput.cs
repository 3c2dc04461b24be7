using System.Diagnostics;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Copies what the user types to the pod's console, looking for the way out: ^] three times within a second, as systemd-nspawn(1) has it.</summary>
internal sealed class ConsoleInput(Fd from, Fd to, Action onEscape)
{
    private const byte EscapeKey = 0x1d;
    private const byte EndOfFileKey = 0x04;
    private const int EscapeCount = 3;

    private static readonly TimeSpan EscapeTime = TimeSpan.FromSeconds(1);

    private readonly Queue<long> _escapes = new();

    public void Start() => new Thread(Copy, maxStackSize: 256 * 1024) { IsBackground = true, Name = "console input" }.Start();

    /// <summary>Takes note of a key.</summary>
    /// <returns>Whether it completes the way out.</returns>
    public bool IsEscape(byte key, long now)
    {
        if (key != EscapeKey)
        {
            _escapes.Clear();
            return false;
        }

        _escapes.Enqueue(now);
        if (_escapes.Count > EscapeCount)
        {
            _ = _escapes.Dequeue();
        }

        return _escapes.Count == EscapeCount && Stopwatch.GetElapsedTime(_escapes.Peek(), now) < EscapeTime;
    }

    private void Copy()
    {
        byte[] buffer = new byte[4096];
        try
        {
            int got;
            while ((got = Files.Read(from, buffer)) > 0)
            {
                foreach (byte key in buffer.AsSpan(0, got))
                {
                    if (IsEscape(key, Stopwatch.GetTimestamp()))
                    {
                        onEscape();
                    }
                }

                Files.WriteAll(to, buffer.AsSpan(0, got));
            }

            // Input that is no terminal has an end; a terminal says it with a key.
            Files.WriteAll(to, [EndOfFileKey]);
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // Either terminal is gone, and so is the app's.
        }
    }
}

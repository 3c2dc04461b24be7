using System.Buffers;
using System.Text;

namespace System.Tests.Harness;

/// <summary>What a process has written so far, growing while it runs.</summary>
internal sealed class Capture
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasEnded;

    public byte[] Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes.WrittenSpan.ToArray();
            }
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _bytes.Write(bytes);
            Announce();
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            Announce();
        }
    }

    /// <summary>Copies a stream to its end.</summary>
    public async Task ReadAsync(Stream stream)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int got;
            while ((got = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                Append(buffer.AsSpan(0, got));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process is being disposed of.
        }

        End();
    }

    /// <summary>Waits until the text satisfies a condition.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="TimeoutException">It does not in time, or cannot any more.</exception>
    public async Task<string> WaitAsync(Func<string, bool> condition, string what, CancellationToken ct)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Wait.Deadline);
        while (true)
        {
            Task change;
            bool hasEnded;
            lock (_lock)
            {
                change = _change.Task;
                hasEnded = _hasEnded;
            }

            string text = Text;
            if (condition(text))
            {
                return text;
            }

            if (hasEnded)
            {
                throw new TimeoutException($"the output ended without {what}; it was:\n{text}");
            }

            try
            {
                await change.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"waited {Wait.Deadline.TotalSeconds} s in vain for {what}; the output is:\n{Text}");
            }
        }
    }

    public Task<string> WaitForAsync(string text, CancellationToken ct) =>
        WaitAsync(all => all.Contains(text, StringComparison.Ordinal), $"'{text}'", ct);

    private void Announce()
    {
        TaskCompletionSource change = _change;
        _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        change.SetResult();
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Common.Native;

namespace PodManager.Lifecycle.Foreground;

/// <summary>The signals that podctl gets, in order, for a loop that polls.</summary>
internal sealed class SignalQueue : IDisposable
{
    private readonly ConcurrentQueue<int> _signals = new();
    private readonly Wakeup _wakeup = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <param name="signals">Their numbers, signal(7); their default action no longer happens.</param>
    public SignalQueue(IEnumerable<int> signals)
    {
        foreach (int signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                _signals.Enqueue(signal);
                _wakeup.Set();
            }));
        }
    }

    /// <summary>Readable when there is a signal.</summary>
    public Fd Fd => _wakeup.Fd;

    public IEnumerable<int> Take()
    {
        if (!_signals.IsEmpty)
        {
            _wakeup.Reset();
        }

        while (_signals.TryDequeue(out int signal))
        {
            yield return signal;
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _wakeup.Dispose();
    }
}

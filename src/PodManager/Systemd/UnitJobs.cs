namespace PodManager.Systemd;

/// <summary>Keeps the results of the service manager's jobs, which it tells once, with the signal JobRemoved.</summary>
internal sealed class UnitJobs
{
    private readonly SystemBus _bus;
    private readonly Dictionary<string, string> _results = [];
    private bool _isWatching;

    public UnitJobs(SystemBus bus)
    {
        _bus = bus;
        bus.SignalReceived += Take;
    }

    /// <summary>Must come before the call that makes a job: its end may be told before the call's reply is read.</summary>
    public void Watch()
    {
        if (!_isWatching)
        {
            _bus.AddMatch("type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.systemd1.Manager',member='JobRemoved',path='/org/freedesktop/systemd1'");
            _isWatching = true;
        }
    }

    /// <summary>Waits for a job's end.</summary>
    /// <returns>`done`, `canceled`, `timeout`, `failed`, `dependency`, `skipped`…; null if it has not ended in time.</returns>
    public string? Wait(string job, TimeSpan timeout, CancellationToken ct)
    {
        _ = _bus.PumpUntil(() => _results.ContainsKey(job), timeout, ct);
        _ = _results.Remove(job, out string? result);
        return result;
    }

    private void Take(BusMessage message)
    {
        if (message.IsSignal("org.freedesktop.systemd1.Manager", "JobRemoved"))
        {
            message.Skip("u");
            string job = message.ReadText('o');
            message.Skip("s");
            _results[job] = message.ReadText();
        }
    }
}

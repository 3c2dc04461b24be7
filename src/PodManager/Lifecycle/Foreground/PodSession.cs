using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Stays with a pod until its app has ended, the journal is complete and the status is known.</summary>
internal sealed class PodSession
{
    private static readonly TimeSpan FinishStep = TimeSpan.FromMilliseconds(100);

    public const int WindowChanged = 28; // SIGWINCH

    private readonly PodDirectories _pod;
    private readonly string _app;
    private readonly PodLeader _leader;
    private readonly IAppStreams? _streams;
    private readonly SignalQueue _signals;
    private readonly DatagramSocket _notify;
    private readonly Action _onReady;
    private readonly EndFifo? _end;
    private int? _stopSignal;
    private bool _isReady;
    private bool _hasStatus;

    /// <param name="pod">The pod's directories.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="leader">The pod's PID 1.</param>
    /// <param name="streams">Between the user and the app; null if the pod is to be left alone once it is up.</param>
    /// <param name="end">Tells that the app's status is written; null without streams.</param>
    /// <param name="signals">What podctl is told by signals.</param>
    /// <param name="notify">Where the pod's systemd reports.</param>
    /// <param name="onReady">Called once when all apps are up.</param>
    public PodSession(
        PodDirectories pod, string app, PodLeader leader, IAppStreams? streams, EndFifo? end, SignalQueue signals, DatagramSocket notify, Action onReady)
    {
        _pod = pod;
        _app = app;
        _leader = leader;
        _streams = streams;
        _signals = signals;
        _notify = notify;
        _onReady = onReady;
        _end = end;
    }

    public static IEnumerable<int> Signals(bool isInteractive)
    {
        int[] always = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];
        return isInteractive ? [.. always, WindowChanged] : always;
    }

    /// <summary>What the user ended the pod with, SIGKILL for a second request; null if nobody did.</summary>
    public int? StopSignal => _stopSignal;

    /// <summary>Begins to pass the streams.</summary>
    public void Start() => _streams?.Start(_leader);

    /// <summary>
    /// Returns once the app has ended and its status is written, or the pod has ended otherwise. Without streams it returns once the apps are up.
    /// </summary>
    public void Run()
    {
        Span<bool> ready = stackalloc bool[4];
        while (true)
        {
            Fd?[] sources = [_leader.Process, _signals.Fd, _end?.Fd, _notify.Fd];
            _ = Poll.Wait(sources, null, ready);
            if (ready[1])
            {
                HandleSignals();
            }

            if (ready[2])
            {
                HandleEnd();
            }

            if (ready[3])
            {
                HandleNotification();
            }

            // With the status everything is known and logged. The pod takes itself apart now, and nobody has to wait for that.
            if (ready[0] || _leader.Process is null || (_streams is null ? _isReady : _hasStatus))
            {
                return;
            }
        }
    }

    /// <summary>Waits until the user has taken everything that the app wrote; a second request to stop gives that up.</summary>
    public void Finish()
    {
        while (_streams is not null && !_streams.Finish(FinishStep))
        {
            if (_signals.Take().Any(static signal => signal == SIGINT || signal == SIGTERM))
            {
                return;
            }
        }
    }

    private void HandleSignals()
    {
        foreach (int signal in _signals.Take())
        {
            if (signal == WindowChanged)
            {
                _streams?.Resize();
            }
            else if (signal != SIGINT && signal != SIGTERM)
            {
                using Fd? app = PodCgroups.OpenService(_pod, $"{_app}.service");
                _ = app is not null && Pidfd.Signal(app, signal);
            }
            else if (_stopSignal is not null)
            {
                _stopSignal = SIGKILL;
                _leader.Kill();
            }
            else
            {
                _stopSignal = signal;
                _leader.PowerOff();
            }
        }
    }

    private void HandleEnd()
    {
        if (_end!.HasEnded() && !_hasStatus)
        {
            _hasStatus = true;
            _streams?.AppHasEnded();
        }
    }

    private void HandleNotification()
    {
        while (_notify.TryReceive() is string message)
        {
            if (!_isReady && message.Split('\n').Contains("READY=1"))
            {
                _isReady = true;
                _streams?.AppHasStarted();
                _onReady();
            }
        }
    }
}

using Common.Native;
using PodManager.Units;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle.Foreground;

/// <summary>Stays with a pod until its apps have ended, the journal is complete and the statuses are known.</summary>
internal sealed class PodSession
{
    private static readonly TimeSpan FinishStep = TimeSpan.FromMilliseconds(100);

    public const int WindowChanged = 28; // SIGWINCH

    private readonly PodDirectories _pod;
    private readonly IReadOnlyList<AppSession> _apps;
    private readonly PodLeader _leader;
    private readonly SignalQueue _signals;
    private readonly DatagramSocket _notify;
    private readonly Action _onReady;
    private int? _stopSignal;
    private bool _isReady;

    /// <param name="pod">The pod's directories.</param>
    /// <param name="leader">The pod's PID 1.</param>
    /// <param name="apps">Those that the user is connected with; none if the pod is to be left alone once it is up.</param>
    /// <param name="signals">What podctl is told by signals.</param>
    /// <param name="notify">Where the pod's systemd reports.</param>
    /// <param name="onReady">Called once when all apps are up.</param>
    public PodSession(PodDirectories pod, PodLeader leader, IReadOnlyList<AppSession> apps, SignalQueue signals, DatagramSocket notify, Action onReady)
    {
        _pod = pod;
        _leader = leader;
        _apps = apps;
        _signals = signals;
        _notify = notify;
        _onReady = onReady;
    }

    public static IEnumerable<int> Signals(bool isInteractive)
    {
        int[] always = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];
        return isInteractive ? [.. always, WindowChanged] : always;
    }

    /// <summary>What the user ended the pod with, SIGKILL for a second request; null if nobody did.</summary>
    public int? StopSignal => _stopSignal;

    /// <summary>Begins to pass the streams.</summary>
    public void Start()
    {
        foreach (AppSession app in _apps)
        {
            app.Streams.Start(_leader);
        }
    }

    /// <summary>
    /// Returns once the apps have ended and their statuses are written, or the pod has ended otherwise. Without apps it returns once they are up.
    /// </summary>
    public void Run()
    {
        Fd?[] sources = [_leader.Process, _signals.Fd, _notify.Fd, .. _apps.Select(static app => app.End.Fd)];
        Span<bool> ready = new bool[sources.Length];
        while (true)
        {
            _ = Poll.Wait(sources, null, ready);
            if (ready[1])
            {
                HandleSignals();
            }

            foreach ((int index, AppSession app) in _apps.Index())
            {
                if (ready[3 + index])
                {
                    app.LookForEnd();
                }
            }

            if (ready[2])
            {
                HandleNotification();
            }

            // With the statuses everything is known and logged. The pod takes itself apart now, and nobody has to wait for that.
            if (ready[0] || _leader.Process is null || (_apps.Count == 0 ? _isReady : _apps.All(static app => app.HasEnded)))
            {
                return;
            }
        }
    }

    /// <summary>Waits until the user has taken everything that the apps wrote; a second request to stop gives that up.</summary>
    public void Finish()
    {
        foreach (AppSession app in _apps)
        {
            while (!app.Streams.Finish(FinishStep))
            {
                if (_signals.Take().Any(static signal => signal == SIGINT || signal == SIGTERM))
                {
                    return;
                }
            }
        }
    }

    private void HandleSignals()
    {
        foreach (int signal in _signals.Take())
        {
            if (signal == WindowChanged)
            {
                foreach (AppSession app in _apps)
                {
                    app.Streams.Resize();
                }
            }
            else if (signal != SIGINT && signal != SIGTERM)
            {
                foreach (AppSession app in _apps)
                {
                    using Fd? process = PodCgroups.OpenService(_pod, AppUnit.NameOf(app.Name));
                    _ = process is not null && Pidfd.Signal(process, signal);
                }
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

    private void HandleNotification()
    {
        while (_notify.TryReceive() is string message)
        {
            if (!_isReady && message.Split('\n').Contains("READY=1"))
            {
                _isReady = true;
                foreach (AppSession app in _apps)
                {
                    app.Streams.AppHasStarted();
                }

                _onReady();
            }
        }
    }
}

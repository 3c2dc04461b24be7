using System.Globalization;
using Common.Contract;
using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>A pod on its way: Stage1 is running, and its scope has been asked for.</summary>
internal sealed class StartingPod(PodDirectories pod, int stage1, UnixSocket socket, StartTrace trace) : IDisposable
{
    private bool _isReaped;

    /// <summary>The scope's start, once it has been asked for.</summary>
    public IPending<bool>? Scope { private get; set; }

    /// <summary>The plan is in its place: Stage1 may read it.</summary>
    public void Planned() => socket.Send(Stage1Protocol.Planned);

    /// <summary>Waits for the pod's PID 1 to be systemd, on its way to the apps.</summary>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="PodctlException">The pod did not start.</exception>
    public PodLeader Finish(CancellationToken ct)
    {
        AwaitScope(ct);
        trace.Mark("scope active");

        // Told before anybody listened for signals to the pod, and nothing had to be waited for since.
        ct.ThrowIfCancellationRequested();
        socket.Send(Stage1Protocol.Go);
        PodLeader leader = ReadLeader()
            ?? throw new PodctlException(ExitCode.Failed, "stage1 ended without a word", $"`{Stage1Location.Path}` must be the one that was built with this podctl");
        trace.Mark("systemd is PID 1");
        Reap();
        return leader;
    }

    public void Dispose()
    {
        Kill();
        socket.Dispose();
    }

    private void AwaitScope(CancellationToken ct)
    {
        try
        {
            _ = Scope!.Wait(ct);
        }
        catch (PodctlException)
        {
            // A stage1 that has failed meanwhile is not in the scope: then its reason is the one to tell.
            Kill();
            _ = ReadLeader();
            throw;
        }
    }

    private void Kill()
    {
        if (!_isReaped)
        {
            // Its children end with it: each waits for a word on a socket that is closed then.
            _ = Libc.Kill(stage1, Tmds.Linux.LibC.SIGKILL);
            Reap();
        }
    }

    private void Reap()
    {
        _ = Spawn.Wait(stage1);
        _isReaped = true;
    }

    /// <returns>The pod's PID 1; null if Stage1 is gone without having told.</returns>
    /// <exception cref="PodctlException">Stage1 says that it has failed.</exception>
    private PodLeader? ReadLeader()
    {
        while (socket.Receive() is (string text, _))
        {
            if (text.StartsWith(Stage1Protocol.LeaderPrefix, StringComparison.Ordinal))
            {
                int pid = int.Parse(text.AsSpan(Stage1Protocol.LeaderPrefix.Length), CultureInfo.InvariantCulture);
                return PodLeader.Open(pod.Id, pid);
            }

            if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
            {
                throw new PodctlException(ExitCode.Failed, text[Stage1Protocol.ErrorPrefix.Length..]);
            }

            if (text.StartsWith(Stage1Protocol.TimePrefix, StringComparison.Ordinal))
            {
                trace.Mark($"stage1: {text[Stage1Protocol.TimePrefix.Length..]}");
            }
        }

        return null;
    }
}

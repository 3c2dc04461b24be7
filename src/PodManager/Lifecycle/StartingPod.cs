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

    /// <summary>The start of the service beside the scope; null if there is none.</summary>
    public IPending<bool>? Companion { private get; set; }

    /// <summary>The plan is in its place: Stage1 may read it.</summary>
    public void Planned() => socket.Send(Stage1Protocol.Planned);

    /// <summary>Waits for the pod's PID 1 to be systemd, on its way to the apps.</summary>
    /// <param name="record">Writes down that the pod is started, and by which process, before that becomes systemd: a pod that runs is known to run, whatever happens to podctl.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="PodctlException">The pod did not start.</exception>
    public PodLeader Finish(Action<PodLeader> record, CancellationToken ct)
    {
        AwaitScope(ct);
        trace.Mark("scope active");
        PodLeader leader = PodLeader.Open(pod.Id, int.Parse(Await(Stage1Protocol.LeaderPrefix), CultureInfo.InvariantCulture));
        try
        {
            // Told before anybody listened for signals to the pod.
            ct.ThrowIfCancellationRequested();
            record(leader);
            socket.Send(Stage1Protocol.Go);
            _ = Await(Stage1Protocol.Running);
            trace.Mark("systemd is PID 1");
            Reap();
            return leader;
        }
        catch
        {
            leader.Dispose();
            throw;
        }
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
            _ = Companion?.Wait(ct);
        }
        catch (PodctlException)
        {
            // A stage1 that has failed meanwhile is not in the scope: then its reason is the one to tell.
            Kill();
            while (Read() is not null)
            {
            }

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

    /// <summary>Waits for a message that begins so.</summary>
    /// <returns>What follows.</returns>
    private string Await(string prefix)
    {
        while (Read() is string text)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return text[prefix.Length..];
            }
        }

        throw new PodctlException(ExitCode.Failed, "stage1 ended without a word", $"`{Stage1Location.Path}` must be the one that was built with this podctl");
    }

    /// <returns>What Stage1 says next; null if it is gone.</returns>
    /// <exception cref="PodctlException">It says that it has failed.</exception>
    private string? Read()
    {
        string? text = socket.Receive()?.Text;
        if (text?.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal) == true)
        {
            throw new PodctlException(ExitCode.Failed, text[Stage1Protocol.ErrorPrefix.Length..]);
        }

        if (text?.StartsWith(Stage1Protocol.TimePrefix, StringComparison.Ordinal) == true)
        {
            trace.Mark($"stage1: {text[Stage1Protocol.TimePrefix.Length..]}");
        }

        return text;
    }
}

using System.Runtime.ExceptionServices;
using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>Connects a pod with its networks while its systemd comes up: only the apps wait for it, by a fifo.</summary>
internal sealed class PodConnection : IDisposable
{
    private const uint OwnerOnly = 0x180;

    private readonly INetworks _networks;
    private readonly PodId _pod;
    private readonly IReadOnlyList<NetworkAttachment> _attachments;
    private readonly Fd _word;
    private Task _work = Task.CompletedTask;
    private ExceptionDispatchInfo? _failure;

    /// <param name="networks">The networks there are.</param>
    /// <param name="pod">The pod's directories.</param>
    /// <param name="attachments">What it is to join.</param>
    /// <param name="owner">The pod's root user as the host numbers it.</param>
    public PodConnection(INetworks networks, PodDirectories pod, IReadOnlyList<NetworkAttachment> attachments, uint owner)
    {
        _networks = networks;
        _pod = pod.Id;
        _attachments = attachments;
        string path = pod.InExchange(Exchange.Network);
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, path, OwnerOnly), "mkfifo", $"'{path}'");
        Files.SetOwner(null, path, owner, owner);

        // For reading too: then what is written waits for whoever comes (fifo(7)).
        _word = Files.Open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    }

    /// <summary>The pod has been or is being killed, as it could not be connected.</summary>
    public bool HasFailed => _failure is not null;

    /// <param name="leader">The pod's PID 1, whose network namespace is the pod's.</param>
    /// <param name="onJoined">Told what the pod has joined, before an app starts.</param>
    public void Begin(PodLeader leader, Action<IReadOnlyList<PodNetwork>> onJoined) => _work = Task.Run(() =>
    {
        try
        {
            onJoined(Join(leader));
            Files.WriteAll(_word, "up\n"u8);
        }
#pragma warning disable CA1031 // it is thrown again, where somebody waits for the pod
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            leader.Kill();
        }
    });

    // Plugins get the path of a descriptor: the leader's number may be another process's by the time they open it.
    private IReadOnlyList<PodNetwork> Join(PodLeader leader)
    {
        using Fd networkNamespace = Files.Open($"/proc/{leader.Pid}/ns/net", O_RDONLY);
        return leader.HasEnded
            ? throw new PodctlException(ExitCode.RunFailed, $"pod '{_pod}' ended before it was on its networks")
            : _networks.Join(_pod, _attachments, networkNamespace.PathForOthers);
    }

    /// <summary>Waits until no plugin is at work any more.</summary>
    /// <exception cref="PodctlException">The pod could not be connected.</exception>
    public void Finish()
    {
        Settle();
        _failure?.Throw();
    }

    /// <summary>Waits until no plugin is at work any more, whatever has come of it.</summary>
    public void Settle() => _work.Wait();

    public void Dispose()
    {
        Settle();
        _word.Dispose();
    }
}

using Common.Contract;
using Common.Native;
using Stage1.Mounts;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>The inner half as the outer sees it: a process in the pod's namespaces that does what it is told over a socket.</summary>
internal sealed class InnerHalf : IDisposable
{
    private readonly UnixSocket _socket;
    private readonly int _trampoline;

    private InnerHalf(UnixSocket socket, int trampoline)
    {
        _socket = socket;
        _trampoline = trampoline;
    }

    /// <summary>The host's pid of the pod's PID 1; known once it is built.</summary>
    public int Leader { get; private set; }

    /// <summary>
    /// nsenter(1) joins the user namespace and unshare(1) makes the others, each single-threaded; unshare's child is PID 1 of the pod and the inner half. The mount
    /// and cgroup namespaces are its own work: it is started before there is anything in them, and a thread may leave those alone.
    /// </summary>
    public static InnerHalf Start(PodPlan plan, Fd? users, IReadOnlyList<string> environment)
    {
        List<string> command = users is null ? [] : ["nsenter", $"--user=/proc/self/fd/{Stage1Protocol.UserNamespaceDescriptor}", "--setuid=0", "--setgid=0", "--"];
        command.AddRange(["unshare", "--pid", "--uts", "--fork"]);
        if (!plan.HostIpc)
        {
            command.Add("--ipc");
        }

        if (!plan.HostNetwork)
        {
            command.Add("--net");
        }

        command.AddRange(["--", Environment.ProcessPath!, Stage1Protocol.InitVerb, plan.BuildRoot + PodRoot.Plan]);
        (UnixSocket ours, UnixSocket theirs) = UnixSocket.CreatePair();
        using (theirs)
        {
            ours.ReceiveSenders();
            List<(Fd, int)> descriptors = [(theirs.Fd, Stage1Protocol.SocketDescriptor)];
            if (users is not null)
            {
                descriptors.Add((users, Stage1Protocol.UserNamespaceDescriptor));
            }

            return new InnerHalf(ours, Spawn.Start($"/usr/bin/{command[0]}", command, environment, descriptors, StopSignals.All));
        }
    }

    /// <summary>Has it mount what is left to it.</summary>
    public void Build(UnixSocket podctl)
    {
        _socket.Send(Stage1Protocol.Built);
        Leader = AwaitReady(podctl);

        // unshare(1) would wait for the pod's end. Without it the pod's PID 1 belongs to podctl, or to the host's init when podctl has left.
        _ = Libc.Kill(_trampoline, SIGKILL);
        _ = Spawn.Wait(_trampoline);
    }

    /// <summary>Returns once it has: its socket closes then, and before that it can only report.</summary>
    public void BecomeSystemd(UnixSocket podctl)
    {
        _socket.Send(Stage1Protocol.Exec);
        while (_socket.Receive() is (string text, _))
        {
            Forward(text, podctl);
        }
    }

    public void Dispose() => _socket.Dispose();

    private int AwaitReady(UnixSocket podctl)
    {
        while (true)
        {
            (string text, int pid) = _socket.Receive() ?? throw new PodStartException("the pod's first process ended before it was ready");
            if (text == Stage1Protocol.Ready)
            {
                return pid;
            }

            Forward(text, podctl);
        }
    }

    private static void Forward(string text, UnixSocket podctl)
    {
        if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
        {
            throw new PodStartException(text[Stage1Protocol.ErrorPrefix.Length..]);
        }

        podctl.Send(text);
    }
}

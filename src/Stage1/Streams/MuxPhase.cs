using Common.Contract;
using Common.Native;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Streams;

/// <summary>
/// `stage1 mux`: a service of the pod's own systemd that holds the streams of an app in the background, so that podctl can come and go. It makes what it needs as the pod's root, and then is nobody: a user
/// without any file, who has nothing but its descriptors.
/// </summary>
internal static class MuxPhase
{
    // The last number of the pod's range but two: images have no such user.
    private const uint OwnUser = 65533;
    private const uint OwnerOnly = 0x180;
    private const uint Directory = 0x1C0;

    public static void Run(string app, IReadOnlyList<string> modes, uint uid, uint gid)
    {
        _ = Libc.UMask(0x3F);
        _ = Files.MakeDirectory(null, OutputFifos.Directory, Directory);
        (Fd Master, Fd Slave)? terminal = modes.Contains("tty") ? MakeTerminal(app, uid, gid) : null;
        AppInput? input = modes[0] switch
        {
            "stream" => new AppInput(MakeFifo(app, "stdin", uid, gid), isTerminal: false),
            "tty" => new AppInput(terminal!.Value.Master, isTerminal: true),
            _ => null,
        };
        List<AppOutput> outputs = [];
        if (modes[1] == "stream")
        {
            outputs.Add(new AppOutput(app, MakeFifo(app, "stdout", uid, gid), MuxProtocol.Output, AttachTargets.Stdout, isTerminal: false));
        }

        if (modes[2] == "stream")
        {
            outputs.Add(new AppOutput(app, MakeFifo(app, "stderr", uid, gid), MuxProtocol.Error, AttachTargets.Stderr, isTerminal: false));
        }

        if (terminal is { } both)
        {
            // One that is for input only still shows what is typed, which has to go somewhere.
            outputs.Add(new AppOutput(app, both.Master, MuxProtocol.Output, modes.Skip(1).Contains("tty") ? AttachTargets.TtyOut : AttachTargets.None, isTerminal: true));
        }

        _ = Libc.UnlinkAt(Libc.AtFdCwd, MuxProtocol.PathOf(app), 0); // best effort: of one before, if there was one
        using MessageSocket listener = MessageSocket.Listen(MuxProtocol.PathOf(app));
        using DatagramSocket manager = DatagramSocket.Connect(Environment.GetEnvironmentVariable("NOTIFY_SOCKET") ?? throw new PodStartException("this program is a service of a pod's systemd"));
        BecomeNobody();
        manager.Send("READY=1"u8);
        new Mux(listener, input, outputs, terminal?.Master).Run();
        GC.KeepAlive(terminal); // a terminal that nobody has open looks hung up to its master
    }

    /// <summary>`stage1 mux-drain`.</summary>
    public static void Drain(string app)
    {
        using MessageSocket socket = MessageSocket.Connect(MuxProtocol.PathOf(app));
        byte[] answer = new byte[MuxProtocol.MessageLimit];
        if (socket.Send([MuxProtocol.Drain], wait: true) != Errno.None || socket.Receive(answer) == 0)
        {
            throw new PodStartException($"the streams of app '{app}' are not held any more");
        }
    }

    private static string Place(string app, string name)
    {
        string path = MuxProtocol.StreamOf(app, name);
        _ = Libc.UnlinkAt(Libc.AtFdCwd, path, 0); // best effort: of one before, if there was one
        return path;
    }

    /// <summary>Open for both: it neither ends nor is hung up when the other side goes, and opening it waits for nobody (fifo(7)). The app's user can open it once more, as /dev/stdout.</summary>
    private static Fd MakeFifo(string app, string name, uint uid, uint gid)
    {
        string path = Place(app, name);
        _ = NativeException.ThrowIfFailed(Libc.MkFifoAt(Libc.AtFdCwd, path, OwnerOnly), "mkfifo", $"'{path}'");
        Fd fd = Files.Open(path, O_RDWR | O_NONBLOCK);
        Files.SetOwner(null, path, uid, gid);
        return fd;
    }

    private static (Fd Master, Fd Slave) MakeTerminal(string app, uint uid, uint gid)
    {
        (Fd master, string path) = Terminal.Create();
        Fd slave = Files.Open(path, O_RDWR | O_NOCTTY);
        Terminal.GiveTo(slave, uid, gid);
        _ = NativeException.ThrowIfFailed(Libc.FCntl(master.Number, F_SETFL, O_RDWR | O_NONBLOCK), "fcntl", "(terminal)");
        _ = NativeException.ThrowIfFailed(Libc.SymlinkAt(path, Libc.AtFdCwd, Place(app, "tty")), "symlink", $"'{path}'");
        return (master, slave);
    }

    private static unsafe void BecomeNobody()
    {
        _ = NativeException.ThrowIfFailed(Libc.SetGroups(0, null), "setgroups");
        _ = NativeException.ThrowIfFailed(Libc.SetResGid(OwnUser, OwnUser, OwnUser), "setresgid", $"{OwnUser}");
        _ = NativeException.ThrowIfFailed(Libc.SetResUid(OwnUser, OwnUser, OwnUser), "setresuid", $"{OwnUser}"); // with it all capabilities go (capabilities(7))
    }
}

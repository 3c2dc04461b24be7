using System.Globalization;
using System.Text.Json;
using Common.Contract;
using Common.Native;
using Stage1.Commands;
using Stage1.Phases;
using Stage1.Streams;

if (args is [MuxProtocol.MuxVerb or MuxProtocol.DrainVerb, ..])
{
    // Started by a pod's systemd: what is said is said to its journal.
    return Serve();
}

if (!UnixSocket.IsConnectedPair(Stage1Protocol.SocketDescriptor))
{
    using Fd stderr = new(2, owns: false);
    Files.WriteAll(stderr, "stage1: this program is started by podctl, not by hand\n"u8);
    return Stage1Protocol.BadPlan;
}

// This thread must be the one that makes the namespaces and mounts: no async, no thread pool, no Console (house rules for code between unshare and exec).
Files.CloseOnExec(Stage1Protocol.SocketDescriptor);
using UnixSocket starter = new(new Fd(Stage1Protocol.SocketDescriptor));
_ = Libc.UMask(0x12);
try
{
    switch (args)
    {
        case [Stage1Protocol.BuildVerb, string planPath]:
            OuterPhase.Run(planPath, starter);
            return 0;
        case [Stage1Protocol.InitVerb, string planPath]:
            InnerPhase.Run(planPath, starter);
            return 0;
        case [Stage1Protocol.JoinVerb]:
            JoinPhase.Run(starter);
            return 0;
        case [Stage1Protocol.CommandVerb]:
            CommandPhase.Run(starter);
            return Stage1Protocol.SystemCallFailed; // a command that took over does not come back
        case [Stage1Protocol.ChangeVerb]:
            ChangePhase.Run(starter);
            return 0;
        case [Stage1Protocol.CompleteVerb]:
            CompletePhase.Run();
            return 0;
        default:
            throw new JsonException("it does not know what it is to do: podctl and stage1 are of different builds");
    }
}
catch (JsonException e)
{
    Report(e.Message);
    return Stage1Protocol.BadPlan;
}
catch (Exception e) when (e is NativeException or IOException or PodStartException)
{
    Report(e.Message);
    return Stage1Protocol.SystemCallFailed;
}

void Report(string text) => starter.Send(Stage1Protocol.ErrorPrefix + text);

int Serve()
{
    try
    {
        switch (args)
        {
            case [MuxProtocol.MuxVerb, string app, string input, string output, string error, string uid, string gid]:
                MuxPhase.Run(app, [input, output, error], uint.Parse(uid, CultureInfo.InvariantCulture), uint.Parse(gid, CultureInfo.InvariantCulture));
                return 0;
            case [MuxProtocol.DrainVerb, string app]:
                MuxPhase.Drain(app);
                return 0;
            default:
                return Stage1Protocol.BadPlan;
        }
    }
    catch (Exception e) when (e is NativeException or PodStartException)
    {
        using Fd stderr = new(2, owns: false);
        Files.WriteAll(stderr, System.Text.Encoding.UTF8.GetBytes($"stage1: {e.Message}\n"));
        return Stage1Protocol.SystemCallFailed;
    }
}

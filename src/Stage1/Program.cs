using System.Text.Json;
using Common.Contract;
using Common.Native;
using Stage1.Phases;

// This thread must be the one that makes the namespaces and mounts: no async, no thread pool, no Console (house rules for code between unshare and exec).
Files.CloseOnExec(Stage1Protocol.SocketDescriptor);
using UnixSocket starter = new(new Fd(Stage1Protocol.SocketDescriptor));
_ = Libc.UMask(0x12);
try
{
    if (args is not [string verb, string planPath])
    {
        throw new JsonException("this program is started by podctl, not by hand");
    }

    switch (verb)
    {
        case Stage1Protocol.BuildVerb:
            OuterPhase.Run(planPath, starter);
            return 0;
        case Stage1Protocol.InitVerb:
            InnerPhase.Run(planPath, starter);
            return 0;
        default:
            throw new JsonException($"unknown verb '{verb}'");
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

void Report(string text)
{
    starter.Send(Stage1Protocol.ErrorPrefix + text);

    // Whoever starts this by hand has no socket there; say it on stderr as well.
    using Fd stderr = new(2, owns: false);
    if (args.Length != 2)
    {
        Files.WriteAll(stderr, System.Text.Encoding.UTF8.GetBytes($"stage1: {text}\n"));
    }
}

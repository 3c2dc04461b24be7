using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Systemd;

/// <summary>systemd-machined, asked over the system bus (org.freedesktop.machine1(5)).</summary>
internal sealed class MachineManager(SystemBus bus) : IMachineManager
{
    private const string Service = "org.freedesktop.machine1";
    private const string ManagerPath = "/org/freedesktop/machine1";
    private const string ManagerInterface = "org.freedesktop.machine1.Manager";

    public IPending<string?> Register(PodId pod, int leaderPid, string rootDirectory)
    {
        ulong sent;
        try
        {
            using BusMessage call = NewCall("RegisterMachine")
                .Append(pod.MachineName)
                .Append(pod.ToBytes())
                .Append("podctl")
                .Append("container")
                .Append((uint)leaderPid)
                .Append(rootDirectory);
            sent = bus.Send(call);
        }
        catch (Exception e) when (e is BusException or NativeException or PodctlException)
        {
            return new Pending<string?>(_ => e.Message);
        }

        return new Pending<string?>(ct => FinishRegister(sent, ct));
    }

    public bool Terminate(PodId pod)
    {
        try
        {
            using BusMessage call = NewCall("TerminateMachine").Append(pod.MachineName);
            using BusMessage reply = bus.Call(call);
            return true;
        }
        catch (BusException e) when (e.IsNoSuchMachine || e.IsServiceMissing)
        {
            return false;
        }
        catch (BusException e)
        {
            throw e.Explain($"cannot terminate machine '{pod.MachineName}'");
        }
    }

    public Machine? Get(PodId pod)
    {
        try
        {
            using BusMessage call = NewCall("GetMachine").Append(pod.MachineName);
            using BusMessage reply = bus.Call(call);
            return Read(reply.ReadText('o'));
        }
        catch (BusException e) when (e.IsNoSuchMachine || e.IsServiceMissing)
        {
            return null;
        }
        catch (BusException e)
        {
            throw e.Explain($"cannot look up machine '{pod.MachineName}'");
        }
    }

    private string? FinishRegister(ulong sent, CancellationToken ct)
    {
        try
        {
            using BusMessage reply = bus.WaitReply(sent, ct);
            return null;
        }
        catch (BusException e)
        {
            return e.Message;
        }
    }

    private Machine Read(string path)
    {
        string unit = "", root = "", state = "";
        int leader = 0;
        using BusMessage call = bus.NewCall(Service, path, "org.freedesktop.DBus.Properties", "GetAll").Append("org.freedesktop.machine1.Machine");
        using BusMessage reply = bus.Call(call);
        _ = reply.Enter('a', "{sv}");
        while (reply.Enter('e', "sv"))
        {
            switch (reply.ReadText())
            {
                case "Unit":
                    unit = ReadVariant(reply);
                    break;
                case "RootDirectory":
                    root = ReadVariant(reply);
                    break;
                case "State":
                    state = ReadVariant(reply);
                    break;
                case "Leader":
                    _ = reply.Enter('v', "u");
                    leader = (int)reply.ReadUInt32();
                    reply.Exit();
                    break;
                default:
                    reply.Skip("v");
                    break;
            }

            reply.Exit();
        }

        return new Machine(unit, leader, root, state);
    }

    private static string ReadVariant(BusMessage message)
    {
        _ = message.Enter('v', "s");
        string text = message.ReadText();
        message.Exit();
        return text;
    }

    private BusMessage NewCall(string member) => bus.NewCall(Service, ManagerPath, ManagerInterface, member);
}

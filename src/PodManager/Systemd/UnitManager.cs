using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Systemd;

/// <summary>The host's systemd, asked over the system bus (org.freedesktop.systemd1(5)).</summary>
internal sealed class UnitManager(SystemBus bus) : IUnitManager
{
    private const string Service = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string ManagerInterface = "org.freedesktop.systemd1.Manager";
    private const string UnitInterface = "org.freedesktop.systemd1.Unit";

    // A scope's start has nothing to wait for but the manager itself, which may be busy.
    private static readonly TimeSpan ScopeStartTimeout = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    private readonly UnitJobs _jobs = new(bus);

    public void Connect() => bus.Open();

    public IPending<bool> StartScope(ScopeRequest request) => Start($"scope '{request.Name}'", request.Name, request.Pids, call => ScopeMessage.Append(call, request));

    public IPending<bool> StartService(ServiceRequest request) => Start($"service '{request.Name}'", request.Name, [], call => ScopeMessage.Append(call, request));

    private Pending<bool> Start(string unit, string name, IReadOnlyList<int> pids, Action<BusMessage> append)
    {
        string what = $"cannot start {unit}";
        ulong sent = Explained(what, () =>
        {
            // systemd tells a job's end to the job's client without Subscribe(), but the bus passes it on to those only that match it.
            _jobs.Watch();
            using BusMessage call = NewCall("StartTransientUnit").Append(name).Append("fail");
            append(call);
            return bus.Send(call);
        });
        return new Pending<bool>(ct => Explained(what, () => FinishStart(name, pids, sent, what, ct)));
    }

    public IPending<bool> StopUnit(string unit, TimeSpan timeout)
    {
        string what = $"cannot stop '{unit}'";
        ulong sent = Explained(what, () =>
        {
            _jobs.Watch();
            using BusMessage call = NewCall("StopUnit").Append(unit).Append("replace");
            return bus.Send(call);
        });
        return new Pending<bool>(ct => Explained(what, () => FinishStop(unit, sent, timeout, ct)));
    }

    public bool KillUnit(string unit, KillTarget target, int signal) => IfKnown($"cannot kill '{unit}'", () =>
    {
        using BusMessage call = NewCall("KillUnit").Append(unit).Append(target == KillTarget.All ? "all" : "main").Append(signal);
        using BusMessage reply = bus.Call(call);
    });

    public bool FreezeUnit(string unit) => IfKnown($"cannot freeze '{unit}'", () => CallOnceFree("FreezeUnit", unit));

    public bool ThawUnit(string unit) => IfKnown($"cannot thaw '{unit}'", () => CallOnceFree("ThawUnit", unit));

    public bool SetProperties(string unit, IReadOnlyList<UnitProperty> properties) => IfKnown($"cannot change '{unit}'", () =>
    {
        using BusMessage call = NewCall("SetUnitProperties").Append(unit).Append(true).Array("(sv)", properties, ScopeMessage.AppendProperty);
        using BusMessage reply = bus.Call(call);
    });

    public int Version() => Explained("cannot ask for systemd's version", () =>
    {
        // `257.13-1~deb13u1`, or `v257` where nobody packed it.
        string digits = new([.. GetProperty(ManagerPath, ManagerInterface, "Version").TrimStart('v').TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;
    });

    public UnitState? GetUnitState(string unit) => Explained($"cannot ask for the state of '{unit}'", () =>
    {
        string path;
        try
        {
            using BusMessage call = NewCall("GetUnit").Append(unit);
            using BusMessage reply = bus.Call(call);
            path = reply.ReadText('o');
        }
        catch (BusException e) when (e.IsNoSuchUnit)
        {
            return null;
        }

        return new UnitState(
            GetProperty(path, UnitInterface, "ActiveState"),
            GetProperty(path, UnitInterface, "SubState"),
            GetProperty(path, GroupInterface(unit), "ControlGroup"));
    });

    public void ResetFailed(string unit) => _ = IfKnown($"cannot reset '{unit}'", () => CallWith("ResetFailedUnit", unit));

    public IReadOnlyList<string> ListUnits(string pattern, IReadOnlyList<string> activeStates) => Explained("cannot list units", () =>
    {
        using BusMessage call = NewCall("ListUnitsByPatterns").Append(activeStates).Append([pattern]);
        using BusMessage reply = bus.Call(call);
        List<string> names = [];
        _ = reply.Enter('a', "(ssssssouso)");
        while (reply.Enter('r', "ssssssouso"))
        {
            names.Add(reply.ReadText());
            reply.Skip("sssssouso");
            reply.Exit();
        }

        reply.Exit();
        return names;
    });

    /// <summary>Waits for what somebody else has begun with the unit, such as a `podctl pause` that was killed. systemd tells nobody when it is done.</summary>
    private void CallOnceFree(string method, string unit)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                CallWith(method, unit);
                return;
            }
            catch (BusException e) when (e.IsUnitBusy && Stopwatch.GetElapsedTime(start) < BusyTimeout)
            {
                _ = Poll.Wait([], BusyPause, []);
            }
        }
    }

    private bool FinishStart(string unit, IReadOnlyList<int> pids, ulong sent, string what, CancellationToken ct)
    {
        string job;
        using (BusMessage reply = bus.WaitReply(sent, ct))
        {
            job = reply.ReadText('o');
        }

        string result = _jobs.Wait(job, ScopeStartTimeout, ct) ?? "timeout";
        if (result != "done")
        {
            throw new PodctlException(
                ExitCode.Failed, $"{what}: the job's result is '{result}'", $"`journalctl -u {unit}` may tell why");
        }

        // A scope can be stopped the moment it has started, by a slice that goes down or by a stop request that waited for it.
        string state = GetProperty(PathOf(unit), UnitInterface, "ActiveState");
        string? fault = state != "active"
            ? $"it is {state} right after its start"
            : pids.Where(pid => !IsInUnit(pid, unit)).Select(static pid => $"process {pid} is not in it").FirstOrDefault();
        return fault is null
            ? true
            : throw new PodctlException(ExitCode.Failed, $"{what}: {fault}", $"`journalctl -u {unit}` may tell who stopped it");
    }

    private bool FinishStop(string unit, ulong sent, TimeSpan timeout, CancellationToken ct)
    {
        string? result;
        try
        {
            string job;
            using (BusMessage reply = bus.WaitReply(sent, ct))
            {
                job = reply.ReadText('o');
            }

            result = _jobs.Wait(job, timeout, ct);
        }
        catch (BusException e) when (e.IsNoSuchUnit || e.IsDisconnected)
        {
            return false;
        }

        return result is "done" or "skipped"
            ? true
            : throw new PodctlException(
                ExitCode.Failed,
                result is null ? $"cannot stop '{unit}': it is still there after {timeout.TotalSeconds} s" : $"cannot stop '{unit}': the job's result is '{result}'",
                $"`systemctl status {unit}` shows what is left of it");
    }

    // proc_pid_cgroup(5). The kernel's word costs no bus call; on a host with v1 hierarchies too, one line of several is systemd's.
    private static bool IsInUnit(int pid, string unit)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/cgroup").Any(line => line.Split('/').Contains(unit, StringComparer.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A unit that is not loaded has a path too, and is inactive.
    private static string PathOf(string unit)
    {
        _ = NativeException.ThrowIfNegative(LibSystemd.BusPathEncode("/org/freedesktop/systemd1/unit", unit, out nint path), "sd_bus_path_encode");
        string text = Marshal.PtrToStringUTF8(path) ?? "";
        unsafe
        {
            NativeMemory.Free((void*)path);
        }

        return text;
    }

    private static string GroupInterface(string unit) => unit[(unit.LastIndexOf('.') + 1)..] switch
    {
        "scope" => "org.freedesktop.systemd1.Scope",
        "slice" => "org.freedesktop.systemd1.Slice",
        _ => "org.freedesktop.systemd1.Service",
    };

    private static bool IfKnown(string what, Action act) => Explained(what, () =>
    {
        try
        {
            act();
            return true;
        }
        catch (BusException e) when (e.IsNoSuchUnit)
        {
            return false;
        }
    });

    private static T Explained<T>(string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (BusException e)
        {
            throw e.Explain(what);
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.Failed, $"{what}: {e.Message}", cause: e);
        }
    }

    private string GetProperty(string path, string @interface, string name)
    {
        using BusMessage call = bus.NewCall(Service, path, "org.freedesktop.DBus.Properties", "Get").Append(@interface).Append(name);
        using BusMessage reply = bus.Call(call);
        _ = reply.Enter('v', "s");
        return reply.ReadText();
    }

    private void CallWith(string member, string unit)
    {
        using BusMessage call = NewCall(member).Append(unit);
        using BusMessage reply = bus.Call(call);
    }

    private BusMessage NewCall(string member) => bus.NewCall(Service, ManagerPath, ManagerInterface, member);
}

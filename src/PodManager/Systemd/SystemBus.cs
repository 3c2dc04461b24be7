using System.Diagnostics;
using System.Runtime.InteropServices;
using Common.Native;

namespace PodManager.Systemd;

/// <summary>
/// A connection to the host's system bus, opened when it is first used. One caller at a time. Messages are pulled: libsystemd never calls
/// back, replies and signals are kept here until somebody asks for them.
/// </summary>
/// <param name="isDirect">
/// Connects to the service manager itself, past the bus, as systemctl(1) does for root: sooner answered, and there without dbus-daemon too. Nobody else can be called on it.
/// </param>
internal sealed unsafe class SystemBus(bool isDirect) : IDisposable
{
    private const string DirectSocket = "/run/systemd/private";

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(25);

    private readonly Dictionary<ulong, (BusMessage? Reply, BusException? Error)> _replies = [];
    private BusHandle? _bus;
    private bool _isConnectedDirectly;

    /// <summary>Called for each signal that arrives.</summary>
    public event Action<BusMessage>? SignalReceived;

    public void Dispose()
    {
        foreach ((BusMessage? reply, _) in _replies.Values)
        {
            reply?.Dispose();
        }

        _replies.Clear();
        _bus?.Dispose();
        _bus = null;
    }

    /// <summary>Connects, unless that has been done.</summary>
    /// <exception cref="PodctlException">There is no systemd, no bus, or no permission.</exception>
    public BusHandle Open()
    {
        if (_bus is not null)
        {
            return _bus;
        }

        // sd_booted(3): the directory exists exactly where systemd is the init.
        if (!Directory.Exists("/run/systemd/system"))
        {
            throw new PodctlException(
                ExitCode.HostLacks, "cannot talk to systemd: this host does not run it", "podctl needs a host whose init is systemd");
        }

        int result;
        nint bus;
        try
        {
            if (isDirect && OpenDirectly() is { } direct)
            {
                _isConnectedDirectly = true;
                return _bus = direct;
            }

            result = LibSystemd.BusOpenSystem(out bus);
        }
        catch (DllNotFoundException)
        {
            throw new PodctlException(
                ExitCode.HostLacks, "cannot talk to systemd: the library libsystemd.so.0 is missing", "install the package libsystemd0 or systemd-libs");
        }

        if (result < 0)
        {
            Errno errno = (Errno)(-result);
            throw new PodctlException(
                errno is Errno.EACCES or Errno.EPERM ? ExitCode.NotPermitted : ExitCode.HostLacks,
                $"cannot connect to the system bus: {NativeException.Describe(errno)}",
                errno is Errno.EACCES or Errno.EPERM ? "run podctl as root" : "is dbus.socket active? `systemctl status dbus.socket` tells");
        }

        return _bus = new BusHandle(bus);
    }

    /// <returns>Null if the manager is not to be had this way: for users other than root, or in a manager of another build.</returns>
    private static BusHandle? OpenDirectly()
    {
        if (Libc.GetEUid() != 0 || !File.Exists(DirectSocket))
        {
            return null;
        }

        _ = NativeException.ThrowIfNegative(LibSystemd.BusNew(out nint bus), "sd_bus_new");
        BusHandle handle = new(bus);
        if (LibSystemd.BusSetAddress(handle, $"unix:path={DirectSocket}") >= 0 && LibSystemd.BusStart(handle) >= 0)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    public BusMessage NewCall(string destination, string path, string @interface, string member)
    {
        BusHandle bus = Open();
        _ = NativeException.ThrowIfNegative(
            LibSystemd.MessageNewMethodCall(bus, out nint message, destination, path, @interface, member), "sd_bus_message_new_method_call");
        return new BusMessage(bus, message);
    }

    /// <summary>Sends a call and waits for its reply.</summary>
    /// <exception cref="BusException">The reply is an error.</exception>
    public BusMessage Call(BusMessage call)
    {
        BusHandle bus = Open();
        LibSystemd.BusError error = default;
        int result = LibSystemd.BusCall(bus, call.Handle, (ulong)CallTimeout.TotalMicroseconds, &error, out nint reply);
        return result >= 0 ? new BusMessage(bus, reply) : throw TakeError(&error, (Errno)(-result));
    }

    /// <summary>Sends a call and does not wait.</summary>
    /// <returns>What <see cref="WaitReply"/> wants.</returns>
    public ulong Send(BusMessage call)
    {
        BusHandle bus = Open();
        ulong cookie;
        _ = Check(LibSystemd.BusSend(bus, call.Handle, &cookie));

        // Also finishes the connection's handshake, without which everything would only be queued.
        _ = Check(LibSystemd.BusFlush(bus));
        return cookie;
    }

    /// <summary>Waits for the reply to a call that was sent.</summary>
    /// <exception cref="BusException">The reply is an error, or there was none in time.</exception>
    public BusMessage WaitReply(ulong cookie, CancellationToken ct)
    {
        if (!PumpUntil(() => _replies.ContainsKey(cookie), CallTimeout, ct))
        {
            throw new BusException("org.freedesktop.DBus.Error.NoReply", $"no reply within {CallTimeout.TotalSeconds} s");
        }

        _ = _replies.Remove(cookie, out (BusMessage? Reply, BusException? Error) reply);
        return reply.Reply ?? throw reply.Error!;
    }

    /// <summary>Takes in messages until a condition holds.</summary>
    /// <returns>False if the time is up.</returns>
    public bool PumpUntil(Func<bool> condition, TimeSpan timeout, CancellationToken ct)
    {
        BusHandle bus = Open();
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            int processed = Check(LibSystemd.BusProcess(bus, out nint message));
            if (message != 0)
            {
                Take(new BusMessage(bus, message));
            }

            if (processed > 0)
            {
                continue;
            }

            TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            _ = Check(LibSystemd.BusGetTimeout(bus, out ulong until));
            _ = Readiness.Wait(LibSystemd.BusGetFd(bus), (short)LibSystemd.BusGetEvents(bus), MonotonicClock.Limit(left, until), ct);
        }

        return true;
    }

    /// <summary>Has the bus pass on signals; in order before every later call. A direct connection gets all of them anyway.</summary>
    public void AddMatch(string rule)
    {
        _ = Open();
        if (_isConnectedDirectly)
        {
            return;
        }

        using BusMessage call = NewCall("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch").Append(rule);
        _ = Check(LibSystemd.BusSend(Open(), call.Handle, null));
    }

    private static int Check(int result) => result >= 0
        ? result
        : throw new BusException(BusException.Disconnected, $"the system bus: {NativeException.Describe((Errno)(-result))}");

    private static BusException TakeError(LibSystemd.BusError* error, Errno errno)
    {
        BusException exception = ToException(error, errno);
        LibSystemd.BusErrorFree(error);
        return exception;
    }

    private static BusException ToException(LibSystemd.BusError* error, Errno errno)
    {
        string name = error is null ? "" : Marshal.PtrToStringUTF8((nint)error->Name) ?? "";
        string message = error is null ? "" : Marshal.PtrToStringUTF8((nint)error->Message) ?? "";
        return new BusException(
            name.Length > 0 ? name : "org.freedesktop.DBus.Error.Failed",
            message.Length > 0 ? message.TrimEnd('.') : NativeException.Describe(errno));
    }

    private void Take(BusMessage message)
    {
        _ = Check(LibSystemd.MessageGetType(message.Handle, out LibSystemd.MessageType type));
        bool isReply = LibSystemd.MessageGetReplyCookie(message.Handle, out ulong cookie) >= 0;
        switch (type)
        {
            case LibSystemd.MessageType.MethodReturn when isReply:
                _replies[cookie] = (message, null);
                return;
            case LibSystemd.MessageType.MethodError when isReply:
                _replies[cookie] = (null, ToException(LibSystemd.MessageGetError(message.Handle), Errno.EIO));
                break;
            case LibSystemd.MessageType.Signal:
                SignalReceived?.Invoke(message);
                break;
        }

        message.Dispose();
    }
}

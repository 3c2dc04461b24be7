using System.Runtime.InteropServices;
using System.Text;
using Common.Native;

namespace PodManager.Systemd;

/// <summary>A D-Bus message that is written or read value by value, in the order of its signature.</summary>
internal sealed unsafe class BusMessage(BusHandle bus, nint message) : IDisposable
{
    // libsystemd counts references to the bus without atomics: a message must be gone before its bus, on the same thread.
    private readonly BusHandle _bus = bus;

    public BusMessageHandle Handle { get; } = new(message);

    public void Dispose()
    {
        Handle.Dispose();
        GC.KeepAlive(_bus);
    }

    public BusMessage Append(string value) => AppendText('s', value);

    public BusMessage AppendSignature(string value) => AppendText('g', value);

    public BusMessage Append(int value) => AppendBasic('i', &value);

    public BusMessage Append(uint value) => AppendBasic('u', &value);

    public BusMessage Append(ulong value) => AppendBasic('t', &value);

    public BusMessage Append(bool value)
    {
        // sd_bus_message_append_basic(3): a boolean is passed as an int.
        int number = value ? 1 : 0;
        return AppendBasic('b', &number);
    }

    public BusMessage Append(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            _ = Check(LibSystemd.MessageAppendArray(Handle, (byte)'y', start, (nuint)bytes.Length), "append_array");
        }

        return this;
    }

    public BusMessage Append(IEnumerable<string> values) => Array("s", values, static (message, value) => message.Append(value));

    /// <summary>Appends an array (`a`) of <paramref name="elementType"/>.</summary>
    public BusMessage Array<T>(string elementType, IEnumerable<T> values, Action<BusMessage, T> append)
    {
        _ = Open('a', elementType);
        foreach (T value in values)
        {
            append(this, value);
        }

        return Close();
    }

    /// <summary>Opens a container: `a`rray, `r` (struct), `e` (dictionary entry) or `v`ariant.</summary>
    public BusMessage Open(char type, string contents)
    {
        _ = Check(LibSystemd.MessageOpenContainer(Handle, (byte)type, contents), "open_container");
        return this;
    }

    public BusMessage Close()
    {
        _ = Check(LibSystemd.MessageCloseContainer(Handle), "close_container");
        return this;
    }

    public bool IsSignal(string @interface, string member) => Check(LibSystemd.MessageIsSignal(Handle, @interface, member), "is_signal") > 0;

    /// <summary>Reads a string, object path or signature.</summary>
    public string ReadText(char type = 's')
    {
        byte* text;
        _ = Check(LibSystemd.MessageReadBasic(Handle, (byte)type, &text), "read_basic");
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    public uint ReadUInt32()
    {
        uint value;
        _ = Check(LibSystemd.MessageReadBasic(Handle, (byte)'u', &value), "read_basic");
        return value;
    }

    /// <summary>Enters a container.</summary>
    /// <returns>False at the end of the array around it.</returns>
    public bool Enter(char type, string contents) => Check(LibSystemd.MessageEnterContainer(Handle, (byte)type, contents), "enter_container") > 0;

    public void Exit() => Check(LibSystemd.MessageExitContainer(Handle), "exit_container");

    public void Skip(string types) => Check(LibSystemd.MessageSkip(Handle, types), "skip");

    private static int Check(int result, string call) => NativeException.ThrowIfNegative(result, $"sd_bus_message_{call}");

    private BusMessage AppendText(char type, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value + '\0');
        fixed (byte* start = bytes)
        {
            return AppendBasic(type, start);
        }
    }

    private BusMessage AppendBasic(char type, void* value)
    {
        _ = Check(LibSystemd.MessageAppendBasic(Handle, (byte)type, value), "append_basic");
        return this;
    }
}

using System.Runtime.InteropServices;

namespace Common.Native;

/// <summary>Raw imports from libsystemd: sd-bus(3) and sd-journal(3). Nothing variadic; a negative result is the error number.</summary>
internal static unsafe partial class LibSystemd
{
    private const string Library = "libsystemd.so.0";

    /// <summary>Wait for a change as long as it takes (sd_journal_wait(3), sd_bus_wait(3)).</summary>
    internal const ulong Forever = ulong.MaxValue;

    /// <summary>What sd_journal_wait(3) and sd_journal_process(3) report.</summary>
    internal enum JournalChange
    {
        None = 0,
        Append = 1,
        Invalidate = 2,
    }

    /// <summary>Kinds of D-Bus messages, sd_bus_message_get_type(3).</summary>
    internal enum MessageType : byte
    {
        MethodCall = 1,
        MethodReturn = 2,
        MethodError = 3,
        Signal = 4,
    }

    [LibraryImport(Library, EntryPoint = "sd_notify", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Notify(int unsetEnvironment, string state);

    [LibraryImport(Library, EntryPoint = "sd_bus_new")]
    internal static partial int BusNew(out nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_address", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int BusSetAddress(BusHandle bus, string address);

    [LibraryImport(Library, EntryPoint = "sd_bus_start")]
    internal static partial int BusStart(BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_open_system")]
    internal static partial int BusOpenSystem(out nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_flush_close_unref")]
    internal static partial nint BusFlushCloseUnref(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_flush")]
    internal static partial int BusFlush(BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_process")]
    internal static partial int BusProcess(BusHandle bus, out nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd")]
    internal static partial int BusGetFd(BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_events")]
    internal static partial int BusGetEvents(BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_timeout")]
    internal static partial int BusGetTimeout(BusHandle bus, out ulong untilMicroseconds);

    [LibraryImport(Library, EntryPoint = "sd_bus_send")]
    internal static partial int BusSend(BusHandle bus, BusMessageHandle message, ulong* cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_call")]
    internal static partial int BusCall(BusHandle bus, BusMessageHandle message, ulong timeoutMicroseconds, BusError* error, out nint reply);

    [LibraryImport(Library, EntryPoint = "sd_bus_error_free")]
    internal static partial void BusErrorFree(BusError* error);

    [LibraryImport(Library, EntryPoint = "sd_bus_path_encode", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int BusPathEncode(string prefix, string externalId, out nint path);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MessageNewMethodCall(BusHandle bus, out nint message, string destination, string path, string @interface, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_unref")]
    internal static partial nint MessageUnref(nint message);

    /// <summary>For strings, object paths and signatures <paramref name="value"/> is the C string itself, else it points to the value.</summary>
    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic")]
    internal static partial int MessageAppendBasic(BusMessageHandle message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_array")]
    internal static partial int MessageAppendArray(BusMessageHandle message, byte type, void* values, nuint sizeBytes);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_open_container", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MessageOpenContainer(BusMessageHandle message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_close_container")]
    internal static partial int MessageCloseContainer(BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_enter_container", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MessageEnterContainer(BusMessageHandle message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_exit_container")]
    internal static partial int MessageExitContainer(BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_basic")]
    internal static partial int MessageReadBasic(BusMessageHandle message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_skip", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MessageSkip(BusMessageHandle message, string types);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_type")]
    internal static partial int MessageGetType(BusMessageHandle message, out MessageType type);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_reply_cookie")]
    internal static partial int MessageGetReplyCookie(BusMessageHandle message, out ulong cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_error")]
    internal static partial BusError* MessageGetError(BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_is_signal", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MessageIsSignal(BusMessageHandle message, string @interface, string member);

    [LibraryImport(Library, EntryPoint = "sd_journal_open_directory", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int JournalOpenDirectory(out nint journal, string path, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_close")]
    internal static partial void JournalClose(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_set_data_threshold")]
    internal static partial int JournalSetDataThreshold(JournalHandle journal, nuint sizeBytes);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_match")]
    internal static partial int JournalAddMatch(JournalHandle journal, byte* data, nuint size);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_disjunction")]
    internal static partial int JournalAddDisjunction(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_head")]
    internal static partial int JournalSeekHead(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_tail")]
    internal static partial int JournalSeekTail(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_next")]
    internal static partial int JournalNext(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_previous_skip")]
    internal static partial int JournalPreviousSkip(JournalHandle journal, ulong count);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_realtime_usec")]
    internal static partial int JournalGetRealtime(JournalHandle journal, out ulong microseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_cursor")]
    internal static partial int JournalGetCursor(JournalHandle journal, out nint cursor);

    [LibraryImport(Library, EntryPoint = "sd_journal_restart_data")]
    internal static partial void JournalRestartData(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_enumerate_available_data")]
    internal static partial int JournalEnumerateData(JournalHandle journal, out byte* data, out nuint sizeBytes);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_fd")]
    internal static partial int JournalGetFd(JournalHandle journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_timeout")]
    internal static partial int JournalGetTimeout(JournalHandle journal, out ulong untilMicroseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_process")]
    internal static partial JournalChange JournalProcess(JournalHandle journal);

    /// <summary>sd_bus_error, sd_bus_error(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BusError
    {
        internal byte* Name;
        internal byte* Message;
        internal int NeedFree;
    }
}

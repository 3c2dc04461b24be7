using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Common.Native;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Systemd;

/// <summary>Reads the journal files in one directory (sd-journal(3)).</summary>
internal sealed unsafe class JournalReader : IJournalReader
{
    private readonly JournalHandle _journal;
    private bool _isFollowing;

    private JournalReader(JournalHandle journal) => _journal = journal;

    // What an app writes in one piece is cut there. The journal is compressed: a small file can hold very much.
    private const int FieldLimitBytes = 16 << 20;
    private const int EntryLimitBytes = 64 << 20;

    // For what this program itself may still have to look at. Journals of others, and devices, are not among it.
    private static readonly string[] Elsewhere = ["/proc", "/sys", "/usr", "/etc", "/run/podctl"];

    /// <param name="directory">The pod's root can write there: a link among the journals must not lead to another's.</param>
    /// <param name="dataDirectory">podctl's, which may be read as well.</param>
    public static JournalReader Open(string directory, string dataDirectory)
    {
        BusErrors.ReadAsZeros();
        Landlock.ReadOnlyBelow([.. Elsewhere, directory, dataDirectory]);
        try
        {
            _ = NativeException.ThrowIfNegative(LibSystemd.JournalOpenDirectory(out nint journal, directory, 0), "sd_journal_open_directory", $"'{directory}'");
            JournalHandle handle = new(journal);

            _ = NativeException.ThrowIfNegative(LibSystemd.JournalSetDataThreshold(handle, FieldLimitBytes), "sd_journal_set_data_threshold");
            return new JournalReader(handle);
        }
        catch (DllNotFoundException)
        {
            throw new PodctlException(
                ExitCode.HostLacks, "cannot read the journal: the library libsystemd.so.0 is missing", "install the package libsystemd0 or systemd-libs");
        }
        catch (NativeException e)
        {
            bool isDenied = e.Errno is Errno.EACCES or Errno.EPERM;
            throw new PodctlException(
                isDenied ? ExitCode.NotPermitted : ExitCode.Failed,
                $"cannot read the journal in '{directory}': {e.Reason}",
                isDenied ? "run podctl as root or as a member of the group systemd-journal" : null,
                e);
        }
    }

    public void Dispose() => _journal.Dispose();

    public void Match(string field, IReadOnlyList<string> values)
    {
        // Values of one field are alternatives, different fields are all wanted (sd_journal_add_match(3)).
        foreach (string value in values)
        {
            byte[] match = Encoding.UTF8.GetBytes($"{field}={value}");
            fixed (byte* start = match)
            {
                _ = Check(LibSystemd.JournalAddMatch(_journal, start, (nuint)match.Length), "add_match");
            }
        }
    }

    public void Or() => _ = Check(LibSystemd.JournalAddDisjunction(_journal), "add_disjunction");

    public void SeekTail(ulong count)
    {
        _ = Check(LibSystemd.JournalSeekTail(_journal), "seek_tail");

        // One more than wanted, because Next() steps first; fewer were there if this stops early: then from the oldest.
        if ((ulong)Check(LibSystemd.JournalPreviousSkip(_journal, count + 1), "previous_skip") <= count)
        {
            _ = Check(LibSystemd.JournalSeekHead(_journal), "seek_head");
        }
    }

    public JournalEntry? Next()
    {
        if (Check(LibSystemd.JournalNext(_journal), "next") == 0)
        {
            return null;
        }

        _ = Check(LibSystemd.JournalGetRealtime(_journal, out ulong realtime), "get_realtime_usec");
        _ = Check(LibSystemd.JournalGetCursor(_journal, out nint cursor), "get_cursor");
        string cursorText = Marshal.PtrToStringUTF8(cursor) ?? "";
        NativeMemory.Free((void*)cursor);
        return new JournalEntry(FromUnixMicroseconds(realtime), cursorText, ReadFields());
    }

    public bool WaitForChange(TimeSpan? timeout, CancellationToken ct)
    {
        long start = Stopwatch.GetTimestamp();
        int descriptor = Check(LibSystemd.JournalGetFd(_journal), "get_fd");
        if (!_isFollowing)
        {
            // The first call only begins to watch (sd_journal_get_fd(3)); what was written before it is a change too.
            _isFollowing = true;
            return true;
        }

        while (true)
        {
            TimeSpan? left = timeout - Stopwatch.GetElapsedTime(start);
            if (left < TimeSpan.Zero)
            {
                return false;
            }

            // Some file systems have no inotify(7): libsystemd then wants to look again after a while.
            _ = Check(LibSystemd.JournalGetTimeout(_journal, out ulong until), "get_timeout");
            _ = Readiness.Wait(descriptor, (short)POLLIN, MonotonicClock.Limit(left, until), ct);
            if (Check((int)LibSystemd.JournalProcess(_journal), "process") != (int)LibSystemd.JournalChange.None)
            {
                return true;
            }
        }
    }

    private static DateTimeOffset FromUnixMicroseconds(ulong microseconds) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Min(microseconds, 253402300799999999)); // the pod's word: at most the year 9999

    // A journal is the pod's own file: that it is damaged is no bug of ours.
    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new PodctlException(
            ExitCode.Failed,
            $"cannot read the journal: {NativeException.Describe((Errno)(-result))}",
            (Errno)(-result) == Errno.EMFILE ? "raise fs.inotify.max_user_instances with sysctl(8)" : "`journalctl --verify -D DIR` checks its files",
            new NativeException($"sd_journal_{call}", "", (Errno)(-result)));

    private List<JournalField> ReadFields()
    {
        List<JournalField> fields = [];
        LibSystemd.JournalRestartData(_journal);
        long left = EntryLimitBytes;
        while (left > 0 && Check(LibSystemd.JournalEnumerateData(_journal, out byte* data, out nuint size), "enumerate_available_data") > 0)
        {
            ReadOnlySpan<byte> field = new(data, checked((int)size));
            left -= field.Length + 64; // and what a field costs at least
            int equals = field.IndexOf((byte)'=');
            if (equals > 0)
            {
                fields.Add(new JournalField(Encoding.UTF8.GetString(field[..equals]), field[(equals + 1)..].ToArray()));
            }
        }

        return fields;
    }
}

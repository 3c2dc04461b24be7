using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Common.Native;
using PodManager.Pods;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <content>What a pod is at one moment.</content>
internal sealed partial class PodStore
{
    internal const string RecordFile = "pod.json";

    // A command line has at most 6 MiB (execve(2)), and is in it twice at worst, escaped.
    private const int RecordLimit = 64 << 20;
    internal const string LeaderFile = "leader";
    internal const string PreparedFile = "prepared";
    internal const string ReadyFile = "ready";
    internal const string GarbageFile = "garbage";
    internal const string StatusDirectory = $"{Exchange.OnHost}/{Exchange.StatusDirectory}";
    internal const string HealthDirectory = $"{Exchange.OnHost}/{Exchange.HealthDirectory}";

    public Pod? Find(PodId id) => Find(id, isBrief: false);

    private Pod? Find(PodId id, bool isBrief) => Read(id, id.ToString(), isTrash: false, isBrief) ?? Read(id, TrashPrefix + id, isTrash: true, isBrief);

    public bool WaitUntilEmpty(PodId id, TimeSpan timeout, CancellationToken ct) => PodCgroup.WaitUntilEmpty(id, timeout, _time, ct);

    public Pod? WaitFor(PodId id, Func<Pod, bool> condition, TimeSpan? timeout, CancellationToken ct)
    {
        using PodWatch watch = new(PathOf(id.ToString()), PathOf(TrashPrefix + id), PodCgroup.EventsPath(id));
        long start = _time.GetTimestamp();
        while (true)
        {
            watch.Renew();
            Pod? pod = Find(id);
            TimeSpan? left = timeout - _time.GetElapsedTime(start);
            if (pod is null || condition(pod) || left <= TimeSpan.Zero)
            {
                return pod;
            }

            watch.Wait(pod.State == PodState.Preparing, left, ct);
        }
    }

    private static Dictionary<AppName, AppStatus> ReadStatuses(Fd directory, PodRecord? record)
    {
        Dictionary<AppName, AppStatus> statuses = [];
        foreach (AppName app in record?.Apps.Select(static app => app.Name) ?? [])
        {
            if (ReadStatus(directory, app) is { } status)
            {
                statuses[app] = status;
            }
        }

        return statuses;
    }

    private static Dictionary<AppName, HealthState> ReadHealths(Fd directory, PodRecord? record) => record is null ? [] :
        record.Apps.Where(static app => app.Health is not null).ToDictionary(
            static app => app.Name,
            app => ReadOfPod(directory, $"{HealthDirectory}/{app.Name}", HealthState.MaxBytes, static (text, _) => HealthState.Parse(text)) ?? HealthState.Unknown);

    private static AppStatus? ReadStatus(Fd directory, AppName app) => ReadOfPod(directory, $"{StatusDirectory}/{app}", AppStatus.MaxBytes, AppStatus.Parse);

    /// <summary>The pod's root owns what is in `status` and `health`: nothing there is followed, waited for or believed.</summary>
    private static unsafe T? ReadOfPod<T>(Fd directory, string path, int maxBytes, Func<string, DateTimeOffset, T?> parse)
        where T : class
    {
        try
        {
            using Fd file = Files.OpenInRoot(
                directory,
                path,
                O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                resolve: Files.Resolve.Beneath | Files.Resolve.NoSymlinks | Files.Resolve.NoMountCrossing);
            stat info;
            _ = NativeException.ThrowIfFailed(fstat(file.Number, &info), "fstat", $"'{path}'");
            bool isPlausible = (info.st_mode & S_IFMT) == S_IFREG && info.st_size <= maxBytes;
            return isPlausible ? parse(info.st_size == 0 ? "" : Files.ReadText(file, maxBytes), Time(info.st_mtim)) : null;
        }
        catch (NativeException)
        {
            return null; // nothing, whatever the pod has put in its place
        }
    }

    // A file's time is the pod's word too: kept within what can be shown.
    private static DateTimeOffset Time(timespec time)
    {
        long seconds = Math.Clamp((long)time.tv_sec, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(Math.Clamp((long)time.tv_nsec, 0, 999_999_999) / 100);
    }

    private static unsafe DateTimeOffset? TimeOf(Fd directory, string name)
    {
        stat info;
        nint path = Marshal.StringToCoTaskMemUTF8(name);
        int result = fstatat(directory.Number, (byte*)path, &info, AT_SYMLINK_NOFOLLOW);
        Marshal.FreeCoTaskMem(path);
        return result < 0 ? null : Time(info.st_mtim);
    }

    private Pod? Read(PodId id, string name, bool isTrash, bool isBrief)
    {
        try
        {
            using Fd directory = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            return Read(id, directory, name, isTrash, isBrief);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (NativeException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot read pod '{id}': {e.Reason}", "run podctl as root", e);
        }
    }

    private Pod Read(PodId id, Fd directory, string name, bool isTrash, bool isBrief)
    {
        (PodRecord? record, string? problem) = ReadRecord(directory);
        bool isLocked = false;
        DateTimeOffset? started = TimeOf(directory, LeaderFile);
        if (started is null && !isTrash)
        {
            // The lock before the leader: whoever lets go of it has left the leader by then.
            isLocked = IsLocked(name);
            started = TimeOf(directory, LeaderFile);
        }

        bool isPrepared = TimeOf(directory, PreparedFile) is not null;
        DateTimeOffset? marked = TimeOf(directory, GarbageFile);
        (bool isPopulated, bool isFrozen) = PodCgroup.Look(id);
        Dictionary<AppName, AppStatus> statuses = ReadStatuses(directory, record);
        PodState state = PodStateRules.Decide(new PodFacts(
            isTrash,
            isLocked,
            HasLeader: started is not null,
            isPopulated,
            HaveAllAppsEnded: record is not null && record.Sandbox is null && statuses.Count == record.Apps.Count && record.Apps.All(static app => app.Restart == RestartPolicy.No),
            isPrepared,
            isFrozen,
            IsMarked: marked is not null));
        return new Pod(id, state, record)
        {
            Problem = problem,
            Started = started,
            Marked = marked,
            LeaderPid = isBrief || started is null || !isPopulated ? null : ReadLeader(directory),
            IsPrepared = isPrepared,
            IsReady = !isBrief && TimeOf(directory, ReadyFile) is not null,
            HasProcesses = isPopulated,
            Statuses = statuses,
            Healths = ReadHealths(directory, record),
            RunningApps = record is { Sandbox: not null } && isPopulated ? PodCgroup.RunningApps(id, record.Apps) : new Dictionary<AppName, DateTimeOffset?>(),
        };
    }

    private bool IsLocked(string name)
    {
        // A descriptor of its own, since a lock belongs to what was opened.
        using Fd probe = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        return !Files.TryLock(probe, exclusive: false);
    }

    private static (PodRecord? Record, string? Problem) ReadRecord(Fd directory)
    {
        try
        {
            using Fd file = Files.OpenAt(directory, RecordFile, O_RDONLY | O_NOFOLLOW);
            PodRecord? record = JsonSerializer.Deserialize(Files.ReadBytes(file, RecordLimit), PodJson.Default.PodRecord);
            return record is { Version: PodRecord.CurrentVersion }
                ? (record, null)
                : (null, $"'{RecordFile}' has version {record?.Version}, and this podctl knows only {PodRecord.CurrentVersion}");
        }
        catch (NativeException e)
        {
            return (null, $"cannot read '{RecordFile}': {e.Reason}");
        }
        catch (JsonException e)
        {
            return (null, $"'{RecordFile}' is damaged: {e.Message}");
        }
    }

    /// <summary>The pid, if it still is the process that was meant.</summary>
    private static int? ReadLeader(Fd directory)
    {
        try
        {
            using Fd file = Files.OpenAt(directory, LeaderFile, O_RDONLY | O_NOFOLLOW);
            string[] words = Files.ReadText(file, 128).TrimEnd('\n').Split(' ');
            return words.Length == 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessStart.Of(pid) == words[1] ? pid : null;
        }
        catch (NativeException)
        {
            return null;
        }
    }
}

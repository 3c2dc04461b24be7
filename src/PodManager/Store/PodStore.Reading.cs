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
    internal const string NetworksFile = "networks.json";
    internal const string PreparedFile = "prepared";
    internal const string ReadyFile = "ready";
    internal const string GarbageFile = "garbage";
    internal const string StatusDirectory = $"{Exchange.OnHost}/{Exchange.StatusDirectory}";
    internal const string HealthDirectory = $"{Exchange.OnHost}/{Exchange.HealthDirectory}";

    public Pod? Find(PodId id) => Open(id, id.ToString(), isTrash: false, Read) ?? Open(id, TrashPrefix + id, isTrash: true, Read);

    private PodSummary? FindSummary(PodId id) => Open(id, id.ToString(), isTrash: false, ReadSummary) ?? Open(id, TrashPrefix + id, isTrash: true, ReadSummary);

    public bool TryKill(PodId id) => PodCgroup.TryKill(id);

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

    private T? Open<T>(PodId id, string name, bool isTrash, Func<PodPlace, T> read)
        where T : class
    {
        try
        {
            using Fd directory = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            return read(new PodPlace(id, directory, name, isTrash));
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

    private Pod Read(PodPlace place)
    {
        Fd directory = place.Directory;
        (PodRecord? record, string? problem) = ReadRecord(directory, static json =>
        {
            PodRecord? record = JsonSerializer.Deserialize(json, PodJson.Default.PodRecord);
            return (record?.Version, record);
        });
        (PodFacts facts, DateTimeOffset? started, DateTimeOffset? marked) = Look(place);

        // After the look at the processes: of a pod without any, all that will ever come is there.
        Dictionary<AppName, AppStatus> statuses = ReadStatuses(directory, record);
        bool haveAllEnded = record is not null && record.Sandbox is null && statuses.Count == record.Apps.Count && record.Apps.All(static app => app.Restart == RestartPolicy.No);
        return new Pod(place.Id, PodStateRules.Decide(facts with { HaveAllAppsEnded = haveAllEnded }), record)
        {
            Problem = problem,
            Started = started,
            Marked = marked,
            LeaderPid = started is null || !facts.IsPopulated ? null : ReadLeader(directory),
            IsPrepared = facts.IsPrepared,
            IsReady = TimeOf(directory, ReadyFile) is not null,
            HasProcesses = facts.IsPopulated,
            Statuses = statuses,
            Networks = ReadNetworks(directory, record?.Network, started),
            Healths = ReadHealths(directory, record),
            RunningApps = record is not null && facts.IsPopulated
                ? PodCgroup.RunningApps(place.Id, record.Apps.Where(record.HasOwnStart))
                : new Dictionary<AppName, DateTimeOffset?>(),
        };
    }

    private PodSummary ReadSummary(PodPlace place)
    {
        (PodOutline? outline, string? problem) = ReadRecord(place.Directory, static json => OutlineReader.Read(json));
        (PodFacts facts, DateTimeOffset? started, _) = Look(place);
        bool haveAllEnded = outline is { HasSandbox: false } && outline.Apps.All(app => app.Restart == RestartPolicy.No && ReadStatus(place.Directory, app.Name) is not null);
        return new PodSummary(place.Id, PodStateRules.Decide(facts with { HaveAllAppsEnded = haveAllEnded }), outline)
        {
            Problem = problem,
            Started = started,
            Networks = ReadNetworks(place.Directory, outline?.Network, started),
        };
    }

    /// <summary>All but whether its apps have ended.</summary>
    private (PodFacts Facts, DateTimeOffset? Started, DateTimeOffset? Marked) Look(PodPlace place)
    {
        bool isLocked = false;
        DateTimeOffset? started = TimeOf(place.Directory, LeaderFile);
        if (started is null && !place.IsTrash)
        {
            // The lock before the leader: whoever lets go of it has left the leader by then.
            isLocked = IsLocked(place.Name);
            started = TimeOf(place.Directory, LeaderFile);
        }

        bool isPrepared = TimeOf(place.Directory, PreparedFile) is not null;
        DateTimeOffset? marked = TimeOf(place.Directory, GarbageFile);
        (bool isPopulated, bool isFrozen) = PodCgroup.Look(place.Id);
        return (new PodFacts(place.IsTrash, isLocked, HasLeader: started is not null, isPopulated, HaveAllAppsEnded: false, isPrepared, isFrozen, IsMarked: marked is not null), started, marked);
    }

    private bool IsLocked(string name)
    {
        // A descriptor of its own, since a lock belongs to what was opened.
        using Fd probe = Files.Open(PathOf(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        return !Files.TryLock(probe, exclusive: false);
    }

    private static (T? Record, string? Problem) ReadRecord<T>(Fd directory, Func<byte[], (int? Version, T? Record)> parse)
        where T : class
    {
        try
        {
            using Fd file = Files.OpenAt(directory, RecordFile, O_RDONLY | O_NOFOLLOW);
            (int? version, T? record) = parse(Files.ReadBytes(file, RecordLimit));
            return version == PodRecord.CurrentVersion
                ? (record, null)
                : (null, $"'{RecordFile}' has version {version}, and this podctl knows only {PodRecord.CurrentVersion}");
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

    /// <summary>None, if the pod has not joined them so far, or somebody has damaged the file: nothing depends on it.</summary>
    private static IReadOnlyList<PodNetwork> ReadNetworks(Fd directory, NetworkMode? mode, DateTimeOffset? started)
    {
        if (started is null || mode is not (NetworkMode.Named or NetworkMode.All))
        {
            return [];
        }

        try
        {
            using Fd file = Files.OpenAt(directory, NetworksFile, O_RDONLY | O_NOFOLLOW);
            return JsonSerializer.Deserialize(Files.ReadBytes(file), PodJson.Default.IReadOnlyListPodNetwork) ?? [];
        }
        catch (Exception e) when (e is NativeException or JsonException)
        {
            return [];
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

    /// <summary>Where a pod's files are.</summary>
    private sealed record PodPlace(PodId Id, Fd Directory, string Name, bool IsTrash);
}

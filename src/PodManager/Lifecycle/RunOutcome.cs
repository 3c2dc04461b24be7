using System.Runtime.ExceptionServices;
using Common.Native;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>What comes of a run once its session is over.</summary>
internal sealed class RunOutcome(RunServices services, PodDirectories pod, IReadOnlyList<AppSpec> apps, PodLeader leader)
{
    // systemd.exec(5), "Process Exit Codes": a service that could not be started exits with one of these itself.
    private const int FirstSetUpCode = 200;
    private const int LastSetUpCode = 245;

    // SD_MESSAGE_SPAWN_FAILED, sd-messages(3).
    private const string SpawnFailed = "641257651c1b4ec9a8624d7a40a9e1e7";

    private static readonly TimeSpan TearDownTimeout = TimeSpan.FromSeconds(10);

    public int Conclude(StartOptions options, IPodHandle handle, bool isReady, int? stopSignal)
    {
        (AppSpec App, int Code)? end = End();
        if (end is { Code: >= FirstSetUpCode and <= LastSetUpCode } failed && SetUpFailure(options, failed.App) is PodctlException failure)
        {
            RemoveIfAsked(options, handle);
            throw failure;
        }

        if (end is null && !isReady && stopSignal is null)
        {
            RemoveIfAsked(options, handle);
            throw new PodctlException(
                options.Mode == RunMode.Detached ? ExitCode.Failed : ExitCode.RunFailed,
                $"pod '{pod.Id}' ended before its {(apps.Count == 1 ? "app" : "apps")} had started",
                options.Remove ? null : $"`podctl logs --all {pod.Id.Short}` shows what the pod's systemd says");
        }

        if (options.Mode == RunMode.Detached)
        {
            if (!isReady && stopSignal is int signal)
            {
                return 128 + signal;
            }

            if (!isReady && end is { App.Notify: true, Code: not 0 } early)
            {
                throw new PodctlException(
                    ExitCode.Failed, $"app '{early.App.Name}' of pod '{pod.Id}' ended with {early.Code} before it was up", $"`podctl logs {pod.Id.Short}` shows what it wrote");
            }

            return 0;
        }

        RemoveIfAsked(options, handle);

        // Stopped before there was an app: nobody left a status.
        return end?.Code ?? 128 + (stopSignal ?? Tmds.Linux.LibC.SIGKILL);
    }

    /// <summary>The first failure of an app counts, or that all have succeeded.</summary>
    /// <returns>Null if an app has no status, as the pod was killed, or if there are none.</returns>
    private (AppSpec App, int Code)? End()
    {
        (AppSpec App, AppStatus? Status)[] ends = [.. Statuses()];
        (AppSpec App, AppStatus? Status)[] failures = [.. ends.Where(static end => end.Status is { Code: not 0 }).OrderBy(static end => end.Status!.Finished)];
        return failures is [var first, ..] ? (first.App, first.Status!.Code) : ends is [var one, ..] && ends.All(static end => end.Status is not null) ? (one.App, 0) : null;
    }

    private IEnumerable<(AppSpec App, AppStatus? Status)> Statuses()
    {
        IReadOnlyDictionary<AppName, AppStatus>? statuses = services.Pods.Find(pod.Id)?.Statuses;
        return apps.Select(app => (app, statuses?.FirstOrDefault(status => status.Key.ToString() == app.Name).Value));
    }

    /// <summary>Whether the app's code is systemd's own, and then why the app could not be run; the pod's journal tells.</summary>
    private PodctlException? SetUpFailure(StartOptions options, AppSpec app)
    {
        // The status comes before the journal has taken everything in.
        _ = services.Pods.WaitUntilEmpty(pod.Id, TearDownTimeout, CancellationToken.None);
        if (FindSpawnFailure(app) is not JournalEntry entry)
        {
            return null;
        }

        _ = int.TryParse(entry.Text("ERRNO"), out int number);
        string reason = number == 0 ? entry.Text("MESSAGE") ?? "" : NativeException.Describe((Errno)number);
        ExitCode code = (Errno)number == Errno.ENOENT ? ExitCode.CommandNotFound : ExitCode.CannotExecute;
        return new PodctlException(
            code,
            $"cannot run '{app.Program}': {reason}",
            options.Remove ? null : $"`podctl logs --all {pod.Id.Short}` shows what the pod's systemd says");
    }

    /// <summary>On a thread of its own: whoever has opened a pod's journal is confined by the kernel from then on, and could not remove the pod (landlock(7) refuses to move files between directories).</summary>
    private JournalEntry? FindSpawnFailure(AppSpec app)
    {
        JournalEntry? entry = null;
        ExceptionDispatchInfo? failure = null;
        Thread reader = new(() =>
        {
            try
            {
                using IJournalReader? journal = services.Journals.Open(pod.Id);
                journal?.Match("MESSAGE_ID", [SpawnFailed]);
                journal?.Match("UNIT", [AppUnit.NameOf(app.Name)]);
                entry = journal?.Next();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        reader.Start();
        reader.Join();
        failure?.Throw();
        return entry;
    }

    private void RemoveIfAsked(StartOptions options, IPodHandle handle)
    {
        if (options.Remove && options.Mode != RunMode.Detached)
        {
            leader.Kill();
            if (services.Pods.WaitUntilEmpty(pod.Id, TearDownTimeout, CancellationToken.None))
            {
                handle.Remove();
            }
        }
    }
}

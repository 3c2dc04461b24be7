using System.Text.Json;
using Common.Contract;
using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>Has `stage1 change` change the apps of a pod that runs.</summary>
internal sealed class AppChanger(string directory)
{
    /// <param name="pod">The pod.</param>
    /// <param name="edit">Its lock, which stage1 keeps until it is done, whatever becomes of podctl.</param>
    /// <param name="secrets">The credentials of apps that come; null if there are none.</param>
    /// <param name="what">For the message of a failure.</param>
    /// <param name="change">What to do.</param>
    public void Change(RunningPod pod, IPodEdit edit, Fd? secrets, string what, AppChange change)
    {
        _ = Directory.CreateDirectory(PodDirectories.BuildRoot);
        using Fd plan = JoinedCommand.Unnamed(directory);
        Files.WriteAll(plan, JsonSerializer.SerializeToUtf8Bytes(change, PlanJson.Default.AppChange));
        using Fd cgroup = pod.OpenManagerCgroup();
        (UnixSocket socket, UnixSocket theirs) = UnixSocket.CreatePair();
        int stage1;
        using (theirs)
        {
            stage1 = Spawn.Start(
                Stage1Location.Path,
                ["stage1", Stage1Protocol.ChangeVerb],
                [],
                [
                    (theirs.Fd, Stage1Protocol.SocketDescriptor), (plan, Stage1Protocol.PlanDescriptor), (cgroup, Stage1Protocol.CgroupDescriptor),
                    (pod.Leader, Stage1Protocol.LeaderDescriptor), (edit.Lock, Stage1Protocol.LockDescriptor),
                    .. secrets is null ? ((Fd, int)[])[] : [(secrets, Stage1Protocol.SecretsDescriptor)],
                ],
                ownSession: true);
        }

        using (socket)
        {
            bool isDone = false;
            string? error = null;
            while (socket.Receive()?.Text is { } text)
            {
                isDone |= text.StartsWith(Stage1Protocol.ExitedPrefix, StringComparison.Ordinal);
                error ??= text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal) ? text[Stage1Protocol.ErrorPrefix.Length..] : null;
            }

            _ = Spawn.Wait(stage1);
            if (!isDone)
            {
                throw new PodctlException(ExitCode.Failed, $"{what}: {error ?? "stage1 ended without a word"}");
            }
        }
    }
}

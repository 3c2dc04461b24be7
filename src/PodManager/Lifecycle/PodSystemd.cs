using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>The systemd inside a pod. It answers only to processes that it can see, on a socket that is nowhere but in the pod's own root.</summary>
internal sealed class PodSystemd(string directory) : IPodSystemd
{
    private const int AnswerLimitBytes = 1 << 20;

    public string Run(RunningPod pod, string what, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using Fd cgroup = pod.OpenManagerCgroup();
        using Fd input = Files.Open("/dev/null", O_RDONLY);
        using Fd output = JoinedCommand.Unnamed(directory);
        using Fd error = JoinedCommand.Unnamed(directory);
        CommandPlan plan = new()
        {
            Version = CommandPlan.CurrentVersion,
            Arguments = ["/usr/bin/systemctl", .. arguments],
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0"],
            WorkingDirectory = "/",
            HasUsers = pod.Pod.Record!.PrivateUsers is not null,
            Gid = PodPlan.ManagerGroup,
        };
        int code = Wait(new JoinedPlace($"pod '{pod.Pod.Id}'", pod.Leader, pod.Leader, cgroup), plan, (input, output, error), ct);
        return code == 0 ? Text(output) : throw new PodctlException(ExitCode.Failed, $"{what}: {Reason(Text(error), code)}", $"`podctl logs {pod.Pod.Id}` may tell more");
    }

    private int Wait(JoinedPlace place, CommandPlan plan, (Fd, Fd, Fd) streams, CancellationToken ct)
    {
        using JoinedCommand command = JoinedCommand.Start(place, plan, streams, directory);
        using CancellationTokenRegistration registration = ct.Register(() => command.Signal(SIGTERM));
        while (true)
        {
            if (command.Receive() is int code)
            {
                ct.ThrowIfCancellationRequested();
                return code;
            }
        }
    }

    private static string Reason(string text, int code) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [string first, ..]
        ? first.TrimEnd('.')
        : $"systemctl(1) ended with {code}";

    private static string Text(Fd file)
    {
        _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, 0, SEEK_SET), "lseek", "(answer)");
        return Files.ReadText(file, AnswerLimitBytes);
    }
}

using Common.Contract;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>`podctl exec` and `podctl enter`: a command in a running app, by way of `stage1 join`.</summary>
internal sealed class ExecService(PodService pods, CommandPlanner planner, string directory) : ICommandRunner
{
    public int Run(ExecOptions options)
    {
        using RunningPod running = RunningPod.Open(pods, options.Pod);
        Pod pod = running.Pod;
        PodApp app = AppProcess.AppOf(pod, options.App);
        using Fd process = AppProcess.TryOpen(pod, app) ?? throw new PodctlException(ExitCode.WrongState, $"app '{app.Name}' of pod '{pod.Id}' is not running");
        using Fd cgroup = Files.Open(Path.GetDirectoryName(AppProcess.ListOf(pod, app))!, O_RDONLY | O_DIRECTORY);
        CommandPlan plan = planner.Plan(options, pod.Record!, app, process, options.HasTerminal ? Environment.GetEnvironmentVariable("TERM") ?? "linux" : null);
        using SignalQueue signals = new(PodSession.Signals(options.HasTerminal));
        uint ids = pod.Record!.PrivateUsers?.Base ?? 0;
        JoinedCommand? command = null;
        using CommandStreams streams = options.HasTerminal
            ? CommandStreams.AtTerminal(running.Leader, ids + plan.Uid, ids + plan.Gid, () => command?.Signal(SIGKILL))
            : CommandStreams.Direct(options.HasInput);
        using (command = JoinedCommand.Start(new JoinedPlace($"app '{app.Name}' of pod '{pod.Id}'", running.Leader, process, cgroup), plan, (streams.Input, streams.Output, streams.Error), directory))
        {
            streams.Start();
            return Attend(command, signals, streams);
        }
    }

    private static int Attend(JoinedCommand command, SignalQueue signals, CommandStreams streams)
    {
        Span<bool> ready = stackalloc bool[2];
        while (true)
        {
            _ = Poll.Wait([command.Socket, signals.Fd], null, ready);
            if (ready[1])
            {
                Forward(command, signals, streams);
            }

            if (ready[0] && command.Receive() is int code)
            {
                streams.Finish();
                return code;
            }
        }
    }

    private static void Forward(JoinedCommand command, SignalQueue signals, CommandStreams streams)
    {
        foreach (int signal in signals.Take())
        {
            if (signal == PodSession.WindowChanged)
            {
                streams.Resize();
            }
            else
            {
                command.Signal(signal);
            }
        }
    }
}

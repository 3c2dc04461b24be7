using System.Globalization;
using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Lifecycle.Foreground;
using PodManager.Pods;
using PodManager.Units;
using static Tmds.Linux.LibC;

namespace PodManager.Lifecycle;

/// <summary>`podctl exec` and `podctl enter`: a command in a running app, by way of `stage1 join`.</summary>
internal sealed class ExecService(PodService pods, CommandPlanner planner, string directory) : ICommandRunner
{
    private const int NoFileName = 0x400000; // O_TMPFILE without O_DIRECTORY, open(2)
    private const uint OwnerFile = 0x180;

    public int Run(ExecOptions options)
    {
        Pod pod = Running(options.Pod);
        PodApp app = AppOf(pod, options.App);
        int leaderPid = pod.LeaderPid!.Value;
        using Fd leader = OpenProcess(leaderPid) ?? throw NotRunning(pod);
        if (pods.Get(pod.Id).LeaderPid != leaderPid)
        {
            throw NotRunning(pod); // the number may be another process's by now
        }

        string processes = PodCgroups.ProcessesOf(pod.Id.Cgroup, AppUnit.NameOf(app.Name.ToString()));
        using Fd process = ProcessOf(pod, app, processes);
        using Fd cgroup = Files.Open(Path.GetDirectoryName(processes)!, O_RDONLY | O_DIRECTORY);
        CommandPlan plan = planner.Plan(options, pod.Record!, app, process, options.HasTerminal ? Environment.GetEnvironmentVariable("TERM") ?? "linux" : null);
        using Fd planFile = WritePlan(plan);
        using SignalQueue signals = new(PodSession.Signals(options.HasTerminal));
        uint ids = pod.Record!.PrivateUsers?.Base ?? 0;
        (UnixSocket socket, UnixSocket theirs) = UnixSocket.CreatePair();
        using CommandStreams streams = options.HasTerminal
            ? CommandStreams.AtTerminal(leader, ids + plan.Uid, ids + plan.Gid, () => Send(socket, SIGKILL))
            : CommandStreams.Direct(options.HasInput);
        int stage1;
        using (theirs)
        {
            stage1 = Spawn.Start(
                Stage1Location.Path,
                ["stage1", Stage1Protocol.JoinVerb],
                [],
                [
                    (streams.Input, 0), (streams.Output, 1), (streams.Error, 2), (theirs.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor),
                    (cgroup, Stage1Protocol.CgroupDescriptor), (leader, Stage1Protocol.LeaderDescriptor), (process, Stage1Protocol.AppDescriptor),
                ],
                ownSession: true);
        }

        try
        {
            streams.Start();
            return Attend(options, pod, app, socket, signals, streams);
        }
        finally
        {
            // Whatever went wrong here: without the socket stage1 ends, and the command with it.
            socket.Dispose();
            _ = Spawn.Wait(stage1);
        }
    }

    private static Fd? OpenProcess(int pid)
    {
        try
        {
            return Files.Open($"/proc/{pid}", O_RDONLY | O_DIRECTORY);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    private Pod Running(PodId id)
    {
        Pod pod = pods.Get(id);
        return pod is { State: PodState.Running, LeaderPid: not null, Record: not null } ? pod : throw NotRunning(pod);
    }

    private static PodctlException NotRunning(Pod pod) => new(
        ExitCode.WrongState, $"pod '{pod.Id}' is not running{(pod.State == PodState.Running ? " any more" : $": its state is '{pod.State.Word()}'")}");

    private static PodApp AppOf(Pod pod, AppName? name) =>
        name is not null ? PodService.AppOf(pod, name.ToString()!)
        : pod.Apps is [PodApp only] ? only
        : throw new PodctlException(ExitCode.Usage, $"pod '{pod.Id}' has several apps: {string.Join(", ", pod.Apps.Select(static app => app.Name))}", "say which with `--app=NAME`");

    /// <summary>/proc/PID of the app's first process, which is its main one while that lives; it stays this process's, whatever becomes of the number.</summary>
    private static Fd ProcessOf(Pod pod, PodApp app, string processes)
    {
        using Fd? held = PodCgroups.OpenFirst(processes, out int pid);
        Fd? process = held is null ? null : OpenProcess(pid);
        if (process is null || Pidfd.HasEnded(held!))
        {
            process?.Dispose();
            throw new PodctlException(ExitCode.WrongState, $"app '{app.Name}' of pod '{pod.Id}' is not running");
        }

        return process;
    }

    private Fd WritePlan(CommandPlan plan)
    {
        Fd file = Files.Open(directory, NoFileName | O_DIRECTORY | O_RDWR, OwnerFile);
        Files.WriteAll(file, JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.CommandPlan));
        return file;
    }

    private static int Attend(ExecOptions options, Pod pod, PodApp app, UnixSocket socket, SignalQueue signals, CommandStreams streams)
    {
        string? error = null;
        Span<bool> ready = stackalloc bool[2];
        while (true)
        {
            _ = Poll.Wait([socket.Fd, signals.Fd], null, ready);
            if (ready[1])
            {
                Forward(socket, signals, streams);
            }

            if (!ready[0])
            {
                continue;
            }

            string? text = socket.Receive()?.Text;
            if (text is null)
            {
                throw new PodctlException(
                    ExitCode.RunFailed, $"cannot run '{options.Command[0]}' in pod '{pod.Id}': {error ?? "stage1 ended without a word"}");
            }

            if (text == Stage1Protocol.NotFound)
            {
                throw new PodctlException(ExitCode.CommandNotFound, $"cannot run '{options.Command[0]}': there is no such file in the app '{app.Name}'");
            }

            if (text.StartsWith(Stage1Protocol.RefusedPrefix, StringComparison.Ordinal))
            {
                throw new PodctlException(ExitCode.CannotExecute, $"cannot run '{options.Command[0]}': {text[Stage1Protocol.RefusedPrefix.Length..]}");
            }

            if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
            {
                error = text[Stage1Protocol.ErrorPrefix.Length..];
            }
            else if (text.StartsWith(Stage1Protocol.ExitedPrefix, StringComparison.Ordinal) && error is null)
            {
                streams.Finish();
                return int.Parse(text.AsSpan(Stage1Protocol.ExitedPrefix.Length), CultureInfo.InvariantCulture);
            }
        }
    }

    private static void Forward(UnixSocket socket, SignalQueue signals, CommandStreams streams)
    {
        foreach (int signal in signals.Take())
        {
            if (signal == PodSession.WindowChanged)
            {
                streams.Resize();
            }
            else
            {
                Send(socket, signal);
            }
        }
    }

    private static void Send(UnixSocket socket, int signal) => socket.Send(Stage1Protocol.SignalPrefix + signal.ToString(CultureInfo.InvariantCulture));
}

using System.Globalization;
using System.Text.Json;
using Common.Contract;
using Common.Native;

namespace PodManager.Lifecycle;

/// <summary>A command on its way into a running pod, by `stage1 join`. Once this is disposed of, the command is gone.</summary>
internal sealed class JoinedCommand : IDisposable
{
    private const uint OwnerFile = 0x180;

    private readonly UnixSocket _socket;
    private readonly int _stage1;
    private readonly string _what;
    private string? _error;

    private JoinedCommand(UnixSocket socket, int stage1, string what)
    {
        _socket = socket;
        _stage1 = stage1;
        _what = what;
    }

    /// <summary>Can be read when there is something to <see cref="Receive"/>.</summary>
    public Fd Socket => _socket.Fd;

    /// <param name="place">Where it runs.</param>
    /// <param name="plan">What it is.</param>
    /// <param name="streams">Its standard streams.</param>
    /// <param name="directory">podctl's data directory, for a file without a name.</param>
    public static JoinedCommand Start(JoinedPlace place, CommandPlan plan, (Fd Input, Fd Output, Fd Error) streams, string directory)
    {
        using Fd planFile = Unnamed(directory);
        Files.WriteAll(planFile, JsonSerializer.SerializeToUtf8Bytes(plan, PlanJson.Default.CommandPlan));
        (UnixSocket socket, UnixSocket theirs) = UnixSocket.CreatePair();
        using (theirs)
        {
            int stage1 = Spawn.Start(
                Stage1Location.Path,
                ["stage1", Stage1Protocol.JoinVerb],
                [],
                [
                    (streams.Input, 0), (streams.Output, 1), (streams.Error, 2), (theirs.Fd, Stage1Protocol.SocketDescriptor), (planFile, Stage1Protocol.PlanDescriptor),
                    (place.Cgroup, Stage1Protocol.CgroupDescriptor), (place.Leader, Stage1Protocol.LeaderDescriptor), (place.Process, Stage1Protocol.AppDescriptor),
                ],
                ownSession: true);
            return new JoinedCommand(socket, stage1, $"cannot run '{plan.Arguments[0]}' in {place.Name}");
        }
    }

    /// <summary>A file for podctl and Stage1 alone.</summary>
    public static Fd Unnamed(string directory) => Files.OpenUnnamed(directory, OwnerFile);

    public void Signal(int signal) => _socket.Send(Stage1Protocol.SignalPrefix + signal.ToString(CultureInfo.InvariantCulture));

    /// <summary>Takes one message; waits for it if need be.</summary>
    /// <returns>The exit code, 128 plus the signal for a death by one; null if the command has not ended.</returns>
    /// <exception cref="PodctlException">The command could not be run.</exception>
    public int? Receive()
    {
        string? text = _socket.Receive()?.Text;
        if (text is null)
        {
            throw new PodctlException(ExitCode.RunFailed, $"{_what}: {_error ?? "stage1 ended without a word"}");
        }

        if (text == Stage1Protocol.NotFound)
        {
            throw new PodctlException(ExitCode.CommandNotFound, $"{_what}: there is no such file");
        }

        if (text.StartsWith(Stage1Protocol.RefusedPrefix, StringComparison.Ordinal))
        {
            throw new PodctlException(ExitCode.CannotExecute, $"{_what}: {text[Stage1Protocol.RefusedPrefix.Length..]}");
        }

        if (text.StartsWith(Stage1Protocol.ErrorPrefix, StringComparison.Ordinal))
        {
            _error = text[Stage1Protocol.ErrorPrefix.Length..];
            return null;
        }

        return text.StartsWith(Stage1Protocol.ExitedPrefix, StringComparison.Ordinal) && _error is null
            ? int.Parse(text.AsSpan(Stage1Protocol.ExitedPrefix.Length), CultureInfo.InvariantCulture) : null;
    }

    public void Dispose()
    {
        // Whatever went wrong: without the socket stage1 ends, and the command with it.
        _socket.Dispose();
        _ = Spawn.Wait(_stage1);
    }
}

/// <summary>Where a command joins a pod.</summary>
/// <param name="Name">For messages, e.g. `app 'web'`.</param>
/// <param name="Leader">/proc/PID of the pod's PID 1.</param>
/// <param name="Process">/proc/PID of the process whose mounts it is to see.</param>
/// <param name="Cgroup">The directory of its cgroup.</param>
internal sealed record JoinedPlace(string Name, Fd Leader, Fd Process, Fd Cgroup);

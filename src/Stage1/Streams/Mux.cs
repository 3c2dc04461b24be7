using System.Diagnostics;
using System.Runtime.InteropServices;
using Common.Contract;
using Common.Native;

namespace Stage1.Streams;

/// <summary>Passes an app's streams to the journal and to whoever is attached. The app never waits for a client, only for the journal.</summary>
internal sealed class Mux(MessageSocket listener, AppInput? input, IReadOnlyList<AppOutput> outputs, Fd? terminal)
{
    public const short Readable = 1; // POLLIN, poll(2)

    private const short Writable = 4; // POLLOUT
    private const int MostAttached = 64;

    // What a client is given after the app's end to take the rest: as long as it takes something, and not for ever.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(4);

    private readonly List<MuxClient> _clients = [];
    private readonly List<Libc.PollFd> _entries = [];
    private readonly byte[] _buffer = new byte[MuxProtocol.MessageLimit];

    private AttachTargets Available => outputs.Aggregate(
        input is null ? AttachTargets.None : terminal is not null && input.Fd == terminal ? AttachTargets.TtyIn : AttachTargets.Stdin,
        static (all, output) => all | output.Target);

    /// <summary>Until it is killed.</summary>
    public void Run()
    {
        while (true)
        {
            Turn();
        }
    }

    private void Turn()
    {
        _entries.Clear();
        Ask(listener.Fd, Readable);
        foreach (AppOutput output in outputs)
        {
            Ask(output.Fd, Readable);
        }

        bool isWaiting = input is { IsWaiting: true };
        foreach (MuxClient client in _clients)
        {
            // More input than the app takes stays with who sends it.
            bool isPaused = isWaiting && (client.Targets & (AttachTargets.Stdin | AttachTargets.TtyIn)) != 0;
            Ask(client.Socket.Fd, (short)((isPaused ? 0 : Readable) | (client.HasQueue ? Writable : 0)));
        }

        if (isWaiting)
        {
            Ask(input!.Fd, Writable);
        }

        _ = Poll.Wait(CollectionsMarshal.AsSpan(_entries), null);
        foreach ((int index, AppOutput output) in outputs.Index())
        {
            if (HasCome(1 + index, Readable))
            {
                output.Pass(_clients);
            }
        }

        input?.Flush();
        int first = 1 + outputs.Count;
        int count = _clients.Count;
        for (int i = 0; i < count; i++)
        {
            Serve(_clients[i], _entries[first + i].Returned);
        }

        if (HasCome(0, Readable))
        {
            _clients.Add(new MuxClient(listener.Accept()));
        }

        _clients.Where(static client => client.IsGone).ToList().ForEach(static client => client.Dispose());
        _ = _clients.RemoveAll(static client => client.IsGone);
    }

    private void Ask(Fd fd, short events) => _entries.Add(new Libc.PollFd { Fd = fd.Number, Events = events });

    private bool HasCome(int entry, short events) => (_entries[entry].Returned & events) != 0;

    private void Serve(MuxClient client, short events)
    {
        if ((events & Writable) != 0)
        {
            client.Flush();
        }

        // Or hung up: then there may still be messages, and at last there is the end.
        if ((events & ~Writable) != 0 && !client.IsGone)
        {
            int got = client.Socket.Receive(_buffer);
            if (got == 0)
            {
                client.Drop();
                return;
            }

            Handle(client, _buffer[0], _buffer.AsSpan(1, got - 1));
        }
    }

    private void Handle(MuxClient client, byte kind, ReadOnlySpan<byte> rest)
    {
        switch (kind)
        {
            case MuxProtocol.Attach when rest.Length == 1:
                Attach(client, (AttachTargets)rest[0]);
                break;
            case MuxProtocol.Input when (client.Targets & (AttachTargets.Stdin | AttachTargets.TtyIn)) != 0:
                input?.Add(rest);
                break;
            case MuxProtocol.Size when terminal is not null && rest.Length == sizeof(ulong):
                Terminal.SetWindowSize(terminal, MemoryMarshal.Read<ulong>(rest));
                break;
            case MuxProtocol.Drain:
                End();
                client.Answer(MuxProtocol.Done);
                break;
        }
    }

    private void Attach(MuxClient client, AttachTargets targets)
    {
        if ((targets & ~Available) != 0 || targets == AttachTargets.None)
        {
            client.Answer(MuxProtocol.Refused, $"the app has {Available}, and not {targets}");
        }
        else if (_clients.Count(static client => client.Targets != AttachTargets.None) >= MostAttached)
        {
            client.Answer(MuxProtocol.Refused, $"{MostAttached} are attached already");
        }
        else
        {
            client.Targets = targets;
            client.Answer(MuxProtocol.Done);
        }
    }

    private void End()
    {
        foreach (AppOutput output in outputs)
        {
            output.Finish(_clients);
        }

        input?.Discard();
        MuxClient[] attached = [.. _clients.Where(static client => client.Targets != AttachTargets.None)];
        Array.ForEach(attached, static client => client.Leave([MuxProtocol.Ended]));
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < LongestRest && attached.Where(static client => client.HasQueue && !client.IsGone).ToArray() is { Length: > 0 } slow)
        {
            Libc.PollFd[] entries = [.. slow.Select(static client => new Libc.PollFd { Fd = client.Socket.Fd.Number, Events = Writable })];
            if (!Poll.Wait(entries, LongestPause))
            {
                return;
            }

            Array.ForEach(slow, static client => client.Flush());
        }
    }
}

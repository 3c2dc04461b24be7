using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Networks;

/// <summary>
/// A network namespace in the place of one that is gone, with interfaces of the same names and addresses. Plugins that masquerade (bridge, ptp) find out which rules to remove by the addresses
/// that the pod's interface has, and remove none when it is gone.
/// </summary>
internal sealed class StandInNamespace : IDisposable
{
    // Each word of its arguments is one of ip(8)'s commands. What does not work is done without: then there are fewer addresses.
    private const string Script = """
        for line; do ip $line 2>/dev/null; done; echo; read -r end
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly int _process;
    private readonly Fd _end;

    public StandInNamespace(IEnumerable<(string Interface, IReadOnlyList<string> Addresses)> interfaces)
    {
        (Fd inputReader, Fd inputWriter) = Pipe.Create();
        (Fd outputReader, Fd outputWriter) = Pipe.Create();
        using (inputReader)
        using (outputReader)
        using (outputWriter)
        using (Fd nothing = Files.Open("/dev/null", O_WRONLY))
        {
            _process = Spawn.Start(
                "/usr/bin/unshare",
                ["unshare", "--net", "--", "/bin/sh", "-c", Script, "sh", .. interfaces.Index().SelectMany(static one => Lines(one.Index, one.Item.Interface, one.Item.Addresses))],
                ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                [(inputReader, 0), (outputWriter, 1), (nothing, 2)]);
            outputWriter.Dispose();
            _end = inputWriter;
            _ = Poll.Wait([outputReader], Patience, new bool[1]);
        }
    }

    public string Path => $"/proc/{_process}/ns/net";

    public void Dispose()
    {
        _end.Dispose();
        _ = Spawn.Wait(_process);
    }

    private static IEnumerable<string> Lines(int index, string name, IReadOnlyList<string> addresses)
    {
        yield return $"link add {name} type veth peer name peer{index}";
        foreach (string address in addresses)
        {
            yield return address.Contains(':', StringComparison.Ordinal) ? $"addr add {address} dev {name} nodad" : $"addr add {address} dev {name}";
        }
    }
}

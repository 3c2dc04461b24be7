using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Xunit;

namespace System.Tests.Harness;

/// <summary>The pods that rows of the reference share. Each is made when the first row names it, all are removed at the end.</summary>
public sealed partial class ReferencePods : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, string> _uuids = new(StringComparer.Ordinal);
    private HostState? _before;

    /// <summary>A directory for what rows write.</summary>
    public string Directory { get; } = $"/results/podctl-reference-{Guid.NewGuid():N}";

    // What every line of the table may use. The images carry no signature, and their registry speaks plain HTTP.
    private string Prelude => $$"""
        cd {{Directory}}
        trust={{Podctl.Trust}}
        for image in container:1.0 busybox:latest scratch:latest layers:latest; do declare ${image%:*}={{Podctl.Registry}}$image; done
        variants={{Podctl.Registry}}variants
        run() { podctl run --rm --quiet --net=none $trust "$@"; }
        start() { podctl run --detach --quiet --net=none $trust "$@"; }
        prepare() { podctl prepare --quiet $trust "$@"; }
        sh_in() { podctl exec "$1" -- sh -c "$2"; }

        """;

    public async ValueTask InitializeAsync()
    {
        if (SystemHost.SkipReason is null)
        {
            _ = IO.Directory.CreateDirectory(Directory);
            _ = IO.Directory.CreateDirectory("/run/podctl/root"); // stays from the first run of a boot on
            _before = await HostState.TakeAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_before is not null)
        {
            CliResult removal = _uuids.IsEmpty ? null! : await Podctl.RunAsync(CancellationToken.None, ["rm", "--force", .. _uuids.Values]);
            IO.Directory.Delete(Directory, recursive: true);
            _ = removal?.Expect(0);
            await _before.ExpectSameAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs a row's command, once the pods that it names are there.</summary>
    internal async Task<CliResult> RunAsync(string command, CancellationToken ct)
    {
        foreach (string name in Names(command).Where(name => !_uuids.ContainsKey(name)))
        {
            _uuids[name] = (await ShellAsync(ReferenceTable.Pods[name], ct)).Expect(0).Stdout.Trim();
        }

        string[] before = Pods();
        CliResult result = await ShellAsync(command, ct);
        Assert.Equal(before, Pods());
        return result;
    }

    /// <summary>A text with UUIDs in the places of pods' names.</summary>
    internal string Expand(string text) => Variable().Replace(text, match => _uuids.GetValueOrDefault(match.Groups[1].Value, match.Value));

    private Task<CliResult> ShellAsync(string command, CancellationToken ct) =>
        Cli.ShellAsync(ct, $"{Prelude}{string.Concat(_uuids.Select(static pod => $"{pod.Key}={pod.Value}\n"))}{command}");

    private static string[] Pods() => [.. IO.Directory.EnumerateDirectories($"{Podctl.DataDirectory}/pods").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Names(string command) =>
        Variable().Matches(command).Select(static match => match.Groups[1].Value).Where(ReferenceTable.Pods.ContainsKey).Distinct();

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Variable();
}

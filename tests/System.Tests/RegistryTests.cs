using System.Formats.Tar;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Registries that are down, refuse, break off or lie, and archives that mean harm: one clear line, and nothing left behind.</summary>
public sealed class RegistryTests : SystemTest
{
    [SystemFact]
    public async Task A_good_registry_is_good()
    {
        using OwnStore store = new();
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(OciImage.Text("greeting", "hello\n"))));
        Assert.Equal("hello\n", (await RunAsync(Of(registry, store, "cat", "/greeting"))).Expect(0).Stdout);

        // The second run needs no registry.
        int requests = registry.Requests.Count;
        Assert.Equal("hello\n", (await RunAsync(Of(registry, store, "cat", "/greeting"))).Expect(0).Stdout);
        Assert.Equal(requests, registry.Requests.Count);
    }

    [SystemFact]
    public async Task A_registry_that_cannot_be_reached()
    {
        using OwnStore store = new();
        Run run = new("true") { Image = "docker://127.0.0.1:1/x", Flags = [store.Flag, "--quiet"] };
        Assert.Contains("127.0.0.1:1", (await RunAsync(run)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid", (await RunAsync(run with { Image = "docker://no-such-host.invalid/x" })).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Empty(store.Content());
        await ExpectNothingLeftAsync();
    }

    [SystemTheory]
    [InlineData(401, "UNAUTHORIZED")]
    [InlineData(403, "DENIED")]
    [InlineData(404, "MANIFEST_UNKNOWN")]
    [InlineData(500, "UNKNOWN")]
    [InlineData(503, "UNAVAILABLE")]
    public async Task A_registry_that_refuses_the_manifest(int status, string code)
    {
        using OwnStore store = new();
        using FakeRegistry registry = new(OciImage.Busybox(), (request, response) => request.IsManifest ? RegistryResponse.Error(status, code) : response);
        CliResult result = (await RunAsync(Of(registry, store))).ExpectFailure(125);
        Assert.Matches($"{status}|not found|no such|unauthorized|denied|log ?in|credential", result.Stderr);
        Assert.Empty(store.Content());
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_registry_that_is_busy_for_a_moment_is_asked_again()
    {
        using OwnStore store = new();
        int refusals = 2;
        using FakeRegistry registry = new(OciImage.Busybox(), (request, response) => request.IsBlob && Interlocked.Decrement(ref refusals) >= 0
            ? RegistryResponse.Error(429, "TOOMANYREQUESTS", retryAfterSeconds: 1) : response);
        Assert.Equal("x\n", (await RunAsync(Of(registry, store, "echo", "x"))).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_registry_that_is_always_busy_is_given_up()
    {
        using OwnStore store = new();
        using FakeRegistry registry = new(OciImage.Busybox(), (request, _) => RegistryResponse.Error(429, "TOOMANYREQUESTS", retryAfterSeconds: 1));
        Assert.Contains("429", (await RunAsync(Of(registry, store))).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Empty(store.Content());
    }

    [SystemTheory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task A_registry_that_refuses_a_layer(int status)
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(OciImage.Text("x", "x")));
        using FakeRegistry registry = new(image, (request, response) => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal) ? RegistryResponse.Error(status, "BAD") : response);
        Assert.Contains(image.LayerDigest[..19], (await RunAsync(Of(registry, store))).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        await ExpectCleanAsync(store);
    }

    [SystemFact]
    public async Task A_connection_that_is_cut_once_in_the_middle_of_a_layer_is_made_again()
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(Noise("noise", 3 << 20)));
        int cuts = 1;
        using FakeRegistry registry = new(image, (request, response) => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal) && Interlocked.Decrement(ref cuts) >= 0
            ? response with { CutAfter = response.Body.Length / 2 } : response);
        Assert.Equal($"{3 << 20}\n", (await RunAsync(Of(registry, store, "stat", "-c", "%s", "/noise"))).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_connection_that_is_always_cut_is_given_up()
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(Noise("noise", 3 << 20)));
        using FakeRegistry registry = new(image, (request, response) => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal)
            ? response with { CutAfter = 1000 } : response);
        _ = (await RunAsync(Of(registry, store))).ExpectFailure(125);
        await ExpectCleanAsync(store);
    }

    [SystemTheory]
    [InlineData("layer")]
    [InlineData("config")]
    public async Task Content_of_another_digest_is_refused(string what)
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(OciImage.Text("x", "good")));
        using FakeRegistry registry = new(image, (request, response) =>
        {
            if (request.IsBlob && request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal) == (what == "layer"))
            {
                byte[] changed = [.. response.Body];
                changed[^1] ^= 1;
                return response with { Body = changed };
            }

            return response;
        });
        Assert.Contains("digest", (await RunAsync(Of(registry, store))).ExpectFailure(125).Stderr, StringComparison.OrdinalIgnoreCase);
        await ExpectCleanAsync(store);
    }

    [SystemFact]
    public async Task A_layer_that_unpacks_to_something_else_than_the_configuration_says_is_refused()
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(OciImage.Text("x", "x")), diffId: OciImage.Digest("something else"u8.ToArray()));
        using FakeRegistry registry = new(image);
        _ = (await RunAsync(Of(registry, store))).ExpectFailure(125);
        await ExpectCleanAsync(store);
    }

    [SystemTheory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("huge")]
    public async Task A_manifest_that_lies_about_sizes_is_refused(string lie)
    {
        using OwnStore store = new();
        byte[] tar = OciImage.Tar(OciImage.Text("x", "x"));
        int size = OciImage.Compress(tar).Length;
        using FakeRegistry registry = new(OciImage.WithLayer(tar, sizeBytes: lie switch { "longer" => size + 1, "shorter" => size - 1, _ => 1L << 60 }));
        _ = (await RunAsync(Of(registry, store))).ExpectFailure(125);
        await ExpectCleanAsync(store);
    }

    [SystemTheory]
    [InlineData("gzip cut in the middle")]
    [InlineData("tar cut in the middle")]
    [InlineData("no gzip at all")]
    [InlineData("noise instead of a tar")]
    public async Task An_archive_that_is_damaged_is_refused(string damage)
    {
        using OwnStore store = new();
        byte[] tar = OciImage.Tar(Noise("noise", 100_000));
        byte[] whole = OciImage.Compress(tar);
        byte[] half = tar[..(tar.Length / 2)];
        byte[] noise = OciImage.Noise(8192);
        OciImage image = damage switch
        {
            "gzip cut in the middle" => OciImage.WithLayer(tar, whole[..(whole.Length / 2)]),
            "tar cut in the middle" => OciImage.WithLayer(half),
            "no gzip at all" => OciImage.WithLayer(tar, noise),
            _ => OciImage.WithLayer(noise),
        };
        using FakeRegistry registry = new(image);
        _ = (await RunAsync(Of(registry, store))).ExpectFailure(125);
        await ExpectCleanAsync(store);
    }

    [SystemTheory]
    [InlineData("up")]
    [InlineData("up in the middle")]
    [InlineData("absolute")]
    [InlineData("through a link to the root")]
    [InlineData("through a link upwards")]
    [InlineData("through a link that replaces a directory")]
    [InlineData("hard link to the host")]
    [InlineData("hard link to the host, then written")]
    [InlineData("whiteout upwards")]
    [InlineData("whiteout of everything")]
    public async Task An_archive_that_wants_out_stays_inside(string way)
    {
        using OwnStore store = new();
        string name = $"podctl-test-evil-{Guid.NewGuid():N}";
        string victim = $"/var/tmp/{name}";
        await File.WriteAllTextAsync(victim, "untouched", Ct);
        TarEntry[] entries = way switch
        {
            "up" => [OciImage.Text($"../../../../../../../../../../var/tmp/{name}", "evil")],
            "up in the middle" => [OciImage.Text($"bin/../../../../../../../../../../../var/tmp/{name}", "evil")],
            "absolute" => [OciImage.Text(victim, "evil")],
            "through a link to the root" => [OciImage.Link("out", "/"), OciImage.Text($"out/var/tmp/{name}", "evil")],
            "through a link upwards" => [OciImage.Link("out", "../../../../../../../../../.."), OciImage.Text($"out/var/tmp/{name}", "evil")],
            "through a link that replaces a directory" => [OciImage.Link("tmp", "/var/tmp"), OciImage.Text($"tmp/{name}", "evil")],
            "hard link to the host" => [OciImage.HardLink("stolen", victim)],
            "hard link to the host, then written" => [OciImage.HardLink("stolen", $"../../../../../../../../../../..{victim}"), OciImage.Text("stolen", "evil")],
            "whiteout upwards" => [OciImage.Text($"../../../../../../../../../../var/tmp/.wh.{name}", "")],
            _ => [OciImage.Text(".wh..", ""), OciImage.Text(".wh.", ""), OciImage.Text(".wh...", "")],
        };
        try
        {
            using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(entries)));
            CliResult result = await RunAsync(Of(registry, store, "sh", "-c", "cat /stolen 2>/dev/null; echo ran"));
            Assert.Equal("untouched", await File.ReadAllTextAsync(victim, Ct));
            if (result.ExitCode == 0)
            {
                Assert.DoesNotContain("untouched", result.Stdout, StringComparison.Ordinal);
            }
            else
            {
                _ = result.ExpectFailure(125);
                await ExpectCleanAsync(store);
            }
        }
        finally
        {
            File.Delete(victim);
        }
    }

    [SystemTheory]
    [InlineData("proc")]
    [InlineData("sys")]
    [InlineData("dev")]
    [InlineData("run")]
    [InlineData("tmp")]
    [InlineData("etc")]
    [InlineData("etc/hosts")]
    [InlineData("etc/hostname")]
    public async Task An_image_with_a_link_where_something_is_mounted_cannot_redirect_it(string path)
    {
        using OwnStore store = new();
        string victim = $"/var/tmp/podctl-test-victim-{Guid.NewGuid():N}";
        _ = Directory.CreateDirectory(victim);
        try
        {
            using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(OciImage.Link(path, victim))));
            CliResult result = await RunAsync(Of(registry, store, "echo", "ran"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(victim));
            if (result.ExitCode != 0)
            {
                _ = result.ExpectFailure(125);
            }
        }
        finally
        {
            Directory.Delete(victim, recursive: true);
        }
    }

    [SystemFact]
    public async Task A_layer_that_unpacks_to_a_gigabyte_of_nothing_is_unpacked_or_refused_in_time()
    {
        using OwnStore store = new();
        byte[] tar = OciImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "zero") { DataStream = new MemoryStream(new byte[256 << 20]) });
        using FakeRegistry registry = new(OciImage.WithLayer(tar));
        CliResult result = await RunAsync(Of(registry, store, "stat", "-c", "%s", "/zero"));
        Assert.True(result.ExitCode is 0 or 125, result.ToString());
    }

    [SystemFact]
    public async Task A_layer_that_does_not_fit_ends_where_the_disks_reserve_begins()
    {
        string disk = $"{Scratch}/disk";
        _ = Directory.CreateDirectory(disk);
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk)).Expect(0);
        try
        {
            // A quarter of a megabyte, a thousand times as large without its compression.
            byte[] tar = OciImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "zero") { DataStream = new MemoryStream(new byte[256 << 20]) });
            using FakeRegistry registry = new(OciImage.WithLayer(tar));
            CliResult result = (await Podctl.RunAsync(Ct, $"--dir={disk}/store", Podctl.Trust, "fetch", "--quiet", registry.Image)).ExpectFailure(1);
            Assert.Contains("No space left on device", result.Stderr, StringComparison.Ordinal);
            Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, $"--dir={disk}/store", "image", "list", "--format=json")).Expect(0).Stdout);
            _ = (await Podctl.RunAsync(Ct, $"--dir={disk}/store", "image", "gc", "--quiet")).Expect(0);
            Assert.True(new DriveInfo(disk).AvailableFreeSpace > 56 << 20);
        }
        finally
        {
            _ = (await Cli.RunAsync(CancellationToken.None, "umount", disk)).Expect(0);
        }
    }

    [SystemFact]
    public async Task Two_at_once_share_one_download()
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(Noise("noise", 1 << 20)));
        TaskCompletionSource gate = new();
        using FakeRegistry registry = new(image, (request, response) => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal) ? response with { Gate = gate.Task } : response);
        Task<CliResult>[] runs = [.. Enumerable.Range(0, 3).Select(_ => RunAsync(Of(registry, store, "stat", "-c", "%s", "/noise")))];
        await Wait.UntilAsync(() => registry.Requests.Count(static request => request.IsManifest) >= 3 && registry.Requests.Any(request => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal)), "all have asked", Ct);
        gate.SetResult();
        Assert.All(await Task.WhenAll(runs), static result => Assert.Equal($"{1 << 20}\n", result.Expect(0).Stdout));
        Assert.Equal(1, registry.Requests.Count(request => request.Method == "GET" && request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal)));
    }

    [SystemFact]
    public async Task A_download_whose_podctl_is_killed_does_not_hold_up_the_others()
    {
        using OwnStore store = new();
        OciImage image = OciImage.WithLayer(OciImage.Tar(Noise("noise", 1 << 20)));
        TaskCompletionSource gate = new();
        using FakeRegistry registry = new(image, (request, response) => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal) ? response with { Gate = gate.Task } : response);
        using RunningPod killed = Start(Of(registry, store, "true"));
        await Wait.UntilAsync(() => registry.Requests.Any(request => request.Path.EndsWith(image.LayerDigest, StringComparison.Ordinal)), "the download has begun", Ct);
        Task<CliResult> other = RunAsync(Of(registry, store, "stat", "-c", "%s", "/noise"));
        await Wait.UntilAsync(() => registry.Requests.Count(static request => request.IsManifest) >= 2, "the other has asked", Ct);
        killed.Process.Signal(Signals.Kill);
        gate.SetResult();
        Assert.Equal($"{1 << 20}\n", (await other).Expect(0).Stdout);
    }

    private static Run Of(FakeRegistry registry, OwnStore store, params string[] command) =>
        new(command.Length == 0 ? ["true"] : command) { Image = registry.Image, Flags = [store.Flag, "--quiet"] };

    private static PaxTarEntry Noise(string name, int size) => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(OciImage.Noise(size)) };

    /// <summary>After a failure: no pod, nothing unfinished, no name of an image; what was whole may stay.</summary>
    private async Task ExpectCleanAsync(OwnStore store)
    {
        await ExpectNothingLeftAsync();
        Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, store.Flag, "list", "--format=json")).Expect(0).Stdout);
        Assert.Equal("[]\n", (await Podctl.RunAsync(Ct, store.Flag, "image", "list", "--format=json")).Expect(0).Stdout);
        Assert.Empty(store.Unfinished());
    }
}

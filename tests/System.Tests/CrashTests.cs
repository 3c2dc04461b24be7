using System.Formats.Tar;
using System.Tests.Harness;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>
/// Fetches that are killed, that run out of space, or whose disk fails at one call: what is listed afterwards is whole, and the next fetch works.
/// A few moments and calls of each kind; all of them with PODCTL_CRASH=all (`make crash`).
/// </summary>
public sealed class CrashTests : SystemTest
{
    private static readonly bool IsWhole = Environment.GetEnvironmentVariable("PODCTL_CRASH") == "all";

    private static readonly string[] Images = ["container:1.0", "layers:latest"];

    // Every call by which a fetch changes or finds something on the disk. Not close(2): strace would leave the file open, which the kernel never does.
    private static readonly string[] Calls =
    [
        "write,pwrite64,writev", "fsync,fdatasync,syncfs,sync_file_range", "openat,openat2", "rename,renameat,renameat2", "mkdir,mkdirat", "link,linkat,symlink,symlinkat", "mknod,mknodat", "unlink,unlinkat,rmdir",
        "chown,fchown,fchownat,lchown", "chmod,fchmod,fchmodat,fchmodat2", "utimensat", "ftruncate,fallocate", "setxattr,lsetxattr,fsetxattr,setxattrat", "flock", "statx,newfstatat,fstat,statfs,fstatfs", "getdents64", "read,pread64",
    ];

    [SystemFact]
    public async Task A_fetch_that_is_killed_leaves_nothing_that_is_not_whole()
    {
        using OwnStore store = new();
        TimeSpan whole = (await FetchAsync(store, Images[0])).Expect(0).Elapsed;
        await ForgetAsync(store);
        Random random = new(20264);
        int unfinished = 0;
        int kills = IsWhole ? 200 : 8;
        for (int i = 0; i < kills; i++)
        {
            // Every other time two at once: of the same image, or of two that share no layer.
            string[] images = (i % 4) switch { 0 or 2 => [Images[0]], 1 => [Images[0], Images[0]], _ => Images };
            CliProcess[] fetches = [.. images.Select(image => CliProcess.Start(Podctl.Program, Words(store, image)))];
            foreach (CliProcess fetch in fetches)
            {
                using PeriodicTimer moment = new(TimeSpan.FromMilliseconds(1 + (random.NextDouble() * whole.TotalMilliseconds / fetches.Length)));
                _ = await moment.WaitForNextTickAsync(Ct);
                fetch.Signal(Signals.Kill);
                unfinished += (await fetch.FinishAsync(Ct)).ExitCode == 128 + Signals.Kill ? 1 : 0;
                fetch.Dispose();
            }

            await ExpectListedAreWholeAsync(store);
            await ExpectHealedAsync(store, [.. images.Distinct()]);
            await ForgetAsync(store);
        }

        Say($"{kills} rounds, {unfinished} fetches killed before their end");
        Assert.True(unfinished >= kills / 2);
    }

    [SystemFact]
    public async Task A_disk_of_any_size_that_is_too_small_is_told_and_grows()
    {
        string disk = IO.Directory.CreateDirectory(Path.Combine(Scratch, "disk")).FullName;
        int full = 0;
        int step = IsWhole ? 128 : 2048;
        for (int sizeKilobytes = step; sizeKilobytes < 64 << 10; sizeKilobytes += step)
        {
            full++;
            if (await FetchOnDiskAsync(disk, $"size={sizeKilobytes}k"))
            {
                break;
            }
        }

        int few = 0;
        for (int inodes = 2; inodes < 4000; inodes += IsWhole ? 5 : 90)
        {
            few++;
            if (await FetchOnDiskAsync(disk, $"size=64m,nr_inodes={inodes}"))
            {
                break;
            }
        }

        Say($"{full} sizes, {few} numbers of inodes until a fetch worked");
        Assert.True(full > 3 && few > 3);
    }

    [SystemFact]
    public async Task A_call_that_fails_ends_the_fetch_or_does_not_matter()
    {
        foreach (string error in IsWhole ? (string[])["EIO", "ENOSPC"] : ["EIO"])
        {
            await FailEveryCallAsync(error);
        }
    }

    private async Task FailEveryCallAsync(string error)
    {
        // A little of all that a layer can have.
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(
            Directory("dir"), Directory("dir/below"), OciImage.Text("dir/below/file", new string('x', 100_000)), OciImage.Text("file", "x"), OciImage.Link("link", "file"), OciImage.HardLink("hard", "file"),
            new PaxTarEntry(TarEntryType.Fifo, "fifo"), OciImage.Text("dir/.wh.gone", ""), OciImage.Text("implied/file", "x"), OciImage.Text("dir/.wh..wh..opq", "")), isAlone: true));
        int runs = 0;
        int failed = 0;
        int harmless = 0;
        foreach (string calls in Calls)
        {
            // The first of a kind, the last ones, and now and then one between; or all.
            for (int number = 1; ; number += IsWhole ? 1 : number * 4)
            {
                using OwnStore store = new();
                string log = Path.Combine(Scratch, "strace");
                string[] words = ["-f", "-y", "-o", log, $"-etrace={Known(calls)}", $"-einject={Known(calls)}:error={error}:when={number}", Podctl.Program, .. Words(store, registry.Image)];
                CliResult result = await Cli.RunAsync(Ct, "strace", words);
                string[] injected = [.. (await File.ReadAllLinesAsync(log, Ct)).Where(static line => line.EndsWith("(INJECTED)", StringComparison.Ordinal))];
                if (injected.Length == 0)
                {
                    _ = result.Expect(0);
                    break;
                }

                runs++;
                if (injected.Any(line => line.Contains(store.Directory, StringComparison.Ordinal)))
                {
                    // A failure that only means less care, such as that of a hint, may be survived. And the line itself may be what cannot be written.
                    bool isMute = injected.Any(static line => line.Contains(" write(2<", StringComparison.Ordinal));
                    _ = result.ExitCode == 0 ? result : isMute ? result.Expect(1) : result.ExpectFailure(1);
                    failed += result.ExitCode == 0 ? 0 : 1;
                    harmless += result.ExitCode == 0 ? 1 : 0;
                }

                await ExpectListedAreWholeAsync(store);
                await ExpectHealedAsync(store, [registry.Image]);
            }
        }

        Say($"{error}: {runs} runs, {failed} fetches refused in one line, {harmless} survived");
        Assert.True(failed > Calls.Length && runs > failed);
    }

    private static string[] Words(OwnStore store, string image) => ["fetch", store.Flag, "--quiet", Podctl.Trust, image.Contains('/', StringComparison.Ordinal) ? image : Podctl.Registry + image];

    private static Task<CliResult> FetchAsync(OwnStore store, string image) => Podctl.RunAsync(Ct, Words(store, image));

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private static PaxTarEntry Directory(string name) => new(TarEntryType.Directory, name);

    /// <summary>A machine may lack some of the calls, which strace(1) does not take then unless asked to.</summary>
    private static string Known(string calls) => string.Join(',', calls.Split(',').Select(static call => "?" + call));

    /// <summary>Every image in the list is whole, file by file; what is damaged besides belongs to none.</summary>
    private static async Task ExpectListedAreWholeAsync(OwnStore store)
    {
        JsonNode list = JsonNode.Parse((await Podctl.RunAsync(Ct, "image", "list", store.Flag, "--format=json")).Expect(0).Stdout)!;
        foreach (JsonNode? image in list.AsArray())
        {
            _ = (await Podctl.RunAsync(Ct, "image", "verify", store.Flag, "--quiet", image!["id"]!.GetValue<string>())).Expect(0);
        }

        CliResult check = await Podctl.RunAsync(Ct, "image", "fsck", "--deep", store.Flag, "--quiet");
        Assert.All(check.Lines, static line => Assert.True(
            line.EndsWith("was left by a podctl that died", StringComparison.Ordinal) || line.EndsWith("belongs to no image", StringComparison.Ordinal), line));
    }

    /// <summary>The next fetch works, and then nothing is left of those that did not.</summary>
    private static async Task ExpectHealedAsync(OwnStore store, string[] images)
    {
        foreach (string image in images)
        {
            _ = (await FetchAsync(store, image)).Expect(0);
        }

        // What is younger than a second is left alone: its maker may be about to lock it.
        await Wait.UntilAsync(
            async () => (await Podctl.RunAsync(Ct, "image", "gc", store.Flag)).Expect(0).ExitCode == 0 && store.Unfinished().Count == 0, "gc has removed what dead ones left", Wait.Deadline, Ct);
        Assert.Empty((await Podctl.RunAsync(Ct, "image", "fsck", "--deep", store.Flag, "--quiet")).Expect(0).Stdout);
        Assert.Equal(images.Length, JsonNode.Parse((await Podctl.RunAsync(Ct, "image", "list", store.Flag, "--format=json")).Expect(0).Stdout)!.AsArray().Count);
    }

    /// <summary>Without images there is nothing in a store.</summary>
    private static async Task ForgetAsync(OwnStore store)
    {
        _ = (await Podctl.RunAsync(Ct, "image", "gc", "--grace-period=0", store.Flag)).Expect(0);
        Assert.Empty(store.Content());
    }

    /// <returns>Whether it was large enough.</returns>
    private static async Task<bool> FetchOnDiskAsync(string disk, string options)
    {
        _ = (await Cli.RunAsync(Ct, "mount", "-t", "tmpfs", "-o", options, "tmpfs", disk)).Expect(0);
        try
        {
            using OwnStore store = new($"{disk}/store");
            CliResult first = await FetchAsync(store, "layers:latest");
            if (first.ExitCode == 0)
            {
                await ExpectListedAreWholeAsync(store);
                return true;
            }

            Assert.Contains("No space left on device", first.ExpectFailure(1).Stderr, StringComparison.Ordinal);
            _ = (await Cli.RunAsync(Ct, "mount", "-o", "remount,size=128m,nr_inodes=100000", disk)).Expect(0);
            await ExpectListedAreWholeAsync(store);
            await ExpectHealedAsync(store, ["layers:latest"]);
            return false;
        }
        finally
        {
            _ = (await Cli.RunAsync(CancellationToken.None, "umount", disk)).Expect(0);
        }
    }
}

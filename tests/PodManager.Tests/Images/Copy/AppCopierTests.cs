using System.Text;
using Common.Contract;
using Common.Native;
using PodManager.Images.Copy;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Export;
using PodManager.Tests.Store;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Images.Copy;

/// <summary>Copies between the host and a directory that stands for an app's root.</summary>
public sealed class AppCopierTests : IDisposable
{
    private const uint Base = 0x40000000;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeMessages _messages = new();

    public AppCopierTests()
    {
        _ = Directory.CreateDirectory(_directory["app/tmp"]);
        _ = Directory.CreateDirectory(_directory["host"]);
        _ = Directory.CreateDirectory(_directory["outside"]);
        File.WriteAllText(_directory["outside/secret"], "secret");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tree_comes_back_as_it_went(bool keepsOwners)
    {
        MakeTree("host/tree");
        await InAsync("host/tree", "/tmp", keepsOwners);
        Assert.True(Directory.Exists(_directory["app/tmp/tree"]));
        Out("/tmp/tree/.", "host/back", keepsOwners);
        Out("/tmp/tree", "-", keepsOwners);
        IEnumerable<string> expected = TreeText.Of(_directory["host/tree"]).Select(line => keepsOwners ? line : Owned(line));
        Assert.Equal(expected, TreeText.Of(_directory["host/back"]));
        Assert.Equal(keepsOwners ? Base + 1000 : Base, StatusOf("app/tmp/tree/file").Uid);
        Assert.Equal(0UL, Blocks("host/back/hole"));
        Assert.Empty(Directory.GetFiles(_directory.Path, ".podctl*", SearchOption.AllDirectories));
    }

    [RootFact]
    public async Task An_owner_whom_the_pod_has_not_is_refused()
    {
        File.WriteAllText(_directory["host/file"], "f");
        Own("host/file", 70000, 0, 0x1a4);
        Assert.Contains("70000", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("host/file", "/tmp", keepsOwners: true))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory["app/tmp"]));
    }

    [RootFact]
    public async Task Setuid_is_kept_only_where_the_owner_stays()
    {
        foreach ((string name, uint owner) in new[] { ("root", 0u), ("user", 1000u) })
        {
            File.WriteAllText(_directory[$"host/{name}"], "");
            Own($"host/{name}", owner, owner, 0x9ed);
            await InAsync($"host/{name}", "/tmp", keepsOwners: false);
        }

        Assert.Equal((0x9edu, 0x1edu), (StatusOf("app/tmp/root").Mode & 0xFFF, StatusOf("app/tmp/user").Mode & 0xFFF));
        Out("/tmp/root", "host/plain", keepsOwners: false);
        Out("/tmp/root", "host/kept", keepsOwners: true);
        Assert.Equal((0x1edu, 0x9edu), (StatusOf("host/plain").Mode & 0xFFF, StatusOf("host/kept").Mode & 0xFFF));
    }

    [RootFact]
    public async Task Links_of_an_app_lead_nowhere_outside()
    {
        _ = File.CreateSymbolicLink(_directory["app/absolute"], _directory["outside"]);
        _ = File.CreateSymbolicLink(_directory["app/tmp/relative"], "../../../../../../" + _directory["outside"]);
        _ = File.CreateSymbolicLink(_directory["app/tmp/magic"], "/proc/self/root");
        File.WriteAllText(_directory["host/file"], "evil");
        foreach (string path in new[] { "/absolute/secret", "/tmp/relative/secret", $"/tmp/magic{_directory["outside/secret"]}", $"../../..{_directory["outside/secret"]}" })
        {
            _ = Assert.Throws<PodctlException>(() => Out(path, "host/stolen", keepsOwners: false));
            _ = await Assert.ThrowsAsync<PodctlException>(() => InAsync("host/file", path, keepsOwners: false));
        }

        Out("/tmp", "host/copied", keepsOwners: false);
        Assert.Equal("../../../../../../" + _directory["outside"], new FileInfo(_directory["host/copied/relative"]).LinkTarget);
        Assert.Equal("secret", File.ReadAllText(_directory["outside/secret"]));
        Assert.Single(Directory.GetFileSystemEntries(_directory["outside"]));
    }

    [RootFact]
    public async Task Links_that_are_swapped_meanwhile_lead_nowhere_outside()
    {
        _ = Directory.CreateDirectory(_directory["app/tmp/a/d"]);
        File.WriteAllText(_directory["app/tmp/a/d/secret"], "mine");
        _ = Directory.CreateDirectory(_directory["host/in/d"]);
        File.WriteAllText(_directory["host/in/d/secret"], "evil");
        File.WriteAllText(_directory["host/in/d/new"], "evil");
        using CancellationTokenSource end = new();
        Task swapping = Task.Run(() => Swap(end.Token), Ct);
        int done = 0;
        async Task TryAsync(Func<Task> copy)
        {
            try
            {
                await copy();
                done++;
            }
            catch (PodctlException e)
            {
                Assert.Equal(ExitCode.Failed, e.Code); // it is refused, or was not there at that moment
            }
        }

        for (int round = 0; round < 500; round++)
        {
            await TryAsync(() => InAsync("host/in/.", "/tmp/a", keepsOwners: round % 2 == 0));
            await TryAsync(() => InAsync("host/in/d/secret", "/tmp/a/d/secret", keepsOwners: false));
            string name = $"host/out{round}";
            await TryAsync(() => Task.Run(() => Out("/tmp/a", name, keepsOwners: false), Ct));
            await TryAsync(() => Task.Run(() => Out("/tmp/a/d/secret", $"{name}-secret", keepsOwners: false), Ct));
        }

        await end.CancelAsync();
        await swapping;
        Assert.InRange(done, 200, 2000);
        Assert.Equal("secret", File.ReadAllText(_directory["outside/secret"]));
        Assert.Single(Directory.GetFileSystemEntries(_directory["outside"]));
        Assert.DoesNotContain(Directory.GetFiles(_directory["host"], "*secret*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }), file => File.ReadAllText(file) == "secret");
    }

    /// <summary>A directory becomes a link to the outside and back, as fast as can be.</summary>
    private void Swap(CancellationToken ct)
    {
        using Fd directory = Files.Open(_directory["app/tmp/a"], O_RDONLY | O_DIRECTORY);
        _ = RawFiles.TryMakeSymbolicLink(directory, "l"u8, Encoding.UTF8.GetBytes(_directory["outside"]));
        while (!ct.IsCancellationRequested)
        {
            RawFiles.Exchange(directory, "d"u8, "l"u8);
        }
    }

    [RootFact]
    public async Task A_link_at_the_destination_is_followed_inside_and_one_in_a_tree_is_replaced()
    {
        File.WriteAllText(_directory["app/tmp/target"], "old");
        _ = File.CreateSymbolicLink(_directory["app/link"], "/tmp/target");
        _ = Directory.CreateDirectory(_directory["host/tree"]);
        File.WriteAllText(_directory["host/tree/name"], "new");
        await InAsync("host/tree/name", "/link", keepsOwners: false);
        Assert.Equal("new", File.ReadAllText(_directory["app/tmp/target"]));

        _ = File.CreateSymbolicLink(_directory["app/tmp/name"], _directory["outside/secret"]);
        await InAsync("host/tree/.", "/tmp", keepsOwners: false);
        Assert.Equal(("new", "secret"), (File.ReadAllText(_directory["app/tmp/name"]), File.ReadAllText(_directory["outside/secret"])));
        Assert.Null(new FileInfo(_directory["app/tmp/name"]).LinkTarget);
    }

    [RootFact]
    public async Task Devices_and_sockets_are_left_out_and_nothing_is_waited_for()
    {
        using (Fd tmp = Files.Open(_directory["app/tmp"], O_RDONLY | O_DIRECTORY))
        {
            _ = RawFiles.TryMakeNode(tmp, "fifo"u8, FileStatus.Fifo | 0x180, 0, 0);
            _ = RawFiles.TryMakeNode(tmp, "disk"u8, FileStatus.BlockDevice | 0x1b6, 8, 0);
            _ = RawFiles.TryMakeNode(tmp, "socket"u8, FileStatus.Socket | 0x180, 0, 0);
        }

        Out("/tmp", "host/copied", keepsOwners: false);
        Assert.Equal(["fifo"], Directory.GetFileSystemEntries(_directory["host/copied"]).Select(static path => Path.GetFileName(path)));
        Assert.Contains("device", Assert.Throws<PodctlException>(() => Out("/tmp/disk", "host/disk", keepsOwners: false)).Message, StringComparison.Ordinal);
        Assert.Contains("device", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("/proc/self/exe", "/tmp/disk", keepsOwners: false))).Message, StringComparison.Ordinal);
        Assert.Contains("kernel", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("/proc/self/status", "/tmp", keepsOwners: false))).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_directory_and_a_file_take_each_other_s_place_only_if_asked()
    {
        File.WriteAllText(_directory["host/x"], "file");
        _ = Directory.CreateDirectory(_directory["host/tree/x"]);
        _ = Directory.CreateDirectory(_directory["app/tmp/x/deep"]);
        Assert.Equal("try --overwrite", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("host/x", "/tmp", keepsOwners: false))).Hint);
        await InAsync("host/x", "/tmp", keepsOwners: false, overwrites: true);
        Assert.Equal("file", File.ReadAllText(_directory["app/tmp/x"]));
        Assert.Equal("try --overwrite", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("host/tree/.", "/tmp", keepsOwners: false))).Hint);
        Assert.Equal("try --overwrite", (await Assert.ThrowsAsync<PodctlException>(() => InAsync("host/tree", "/tmp/x", keepsOwners: false))).Hint);
        await InAsync("host/tree/.", "/tmp", keepsOwners: false, overwrites: true);
        Assert.True(Directory.Exists(_directory["app/tmp/x"]));
    }

    [RootFact]
    public void What_nothing_runs_of_is_read_out_of_layers_and_changes()
    {
        foreach (string name in new[] { "layer/dir/kept", "layer/dir/gone", "layer/dir/changed", "upper/dir/changed", "upper/dir/new" })
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
            File.WriteAllText(_directory[name], name);
        }

        using (Fd upper = Files.Open(_directory["upper/dir"], O_RDONLY | O_DIRECTORY))
        {
            _ = RawFiles.TryMakeNode(upper, "gone"u8, FileStatus.CharacterDevice, 0, 0);
        }

        _ = File.CreateSymbolicLink(_directory["layer/link"], "/dir");
        Own("upper/dir", Base, Base, 0x1ed);
        Own("upper/dir/new", Base + 1000, Base + 1000, 0x1a4);
        Own("layer/dir/kept", 1000, 1000, 0x1a4);
        using AppTree tree = new(new IdShift(new IdRange(Base, 65536))) { Layers = [_directory["layer"]], Upper = _directory["upper"] };
        new AppCopier(_messages).CopyOut(Options(false, "/link/.", _directory["host/out"], keepsOwners: true), tree, static _ => { }, Ct);
        Assert.Equal(["changed", "kept", "new"], Directory.GetFileSystemEntries(_directory["host/out"]).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Equal("upper/dir/changed", File.ReadAllText(_directory["host/out/changed"]));
        Assert.Equal((1000u, 1000u, 0u), (StatusOf("host/out/kept").Uid, StatusOf("host/out/new").Uid, StatusOf("host/out").Uid));
    }

    private static string Owned(string line)
    {
        string[] words = line.Split(' ');
        uint mode = Convert.ToUInt32(words[1], 8);
        bool isDirectory = (mode & FileStatus.TypeMask) == FileStatus.Directory;
        words[1] = Convert.ToString(isDirectory ? mode : mode & ~0xC00u, 8);
        words[2] = "0:0";
        return string.Join(' ', words);
    }

    private void MakeTree(string name)
    {
        _ = Directory.CreateDirectory(_directory[$"{name}/dir/empty"]);
        File.WriteAllText(_directory[$"{name}/file"], new string('x', 300_000));
        File.WriteAllText(_directory[$"{name}/dir/setuid"], "s");
        using (FileStream hole = File.Create(_directory[$"{name}/hole"]))
        {
            hole.SetLength(10 << 20);
        }

        using Fd top = Files.Open(_directory[name], O_RDONLY | O_DIRECTORY);
        RawFiles.SetAttribute(top, "file"u8, "user.note"u8, "n"u8);
        RawFiles.SetAttribute(top, "dir"u8, "user.note"u8, "d"u8);
        _ = RawFiles.TryMakeHardLink(top, "file"u8, top, "dir/again"u8);
        _ = RawFiles.TryMakeNode(top, "fifo"u8, FileStatus.Fifo | 0x1b0, 0, 0);
        _ = RawFiles.TryMakeSymbolicLink(top, "link"u8, "/etc/passwd"u8);
        _ = RawFiles.TryMakeSymbolicLink(top, "dangling"u8, [(byte)'a', 0xff, (byte)'b']);
        using (RawFiles.Open(top, [(byte)'b', 0xff, (byte)'d'], O_CREAT | O_WRONLY, 0x180))
        {
        }

        foreach ((string path, uint owner, uint? mode) in new (string, uint, uint?)[]
            { ("file", 1000, 0x1a4), ("dir/setuid", 1000, 0xded), ("hole", 0, 0x180), ("fifo", 33, 0x1b0), ("link", 1000, null), ("dir/empty", 7, 0x3ff), ("dir", 0, 0x5ed), ("", 5, 0x1c9) })
        {
            Own(path.Length == 0 ? name : $"{name}/{path}", owner, owner, mode);
        }
    }

    private void Own(string name, uint uid, uint gid, uint? mode)
    {
        using Fd top = Files.Open(_directory.Path, O_RDONLY | O_DIRECTORY);
        byte[] path = Encoding.UTF8.GetBytes(name);
        RawFiles.SetOwner(top, path, uid, gid);
        if (mode is not null)
        {
            RawFiles.SetMode(top, path, mode.Value);
        }

        RawFiles.SetTime(top, path, 1_234_567, 891);
    }

    private FileStatus StatusOf(string name)
    {
        using Fd top = Files.Open(_directory.Path, O_RDONLY | O_DIRECTORY);
        return RawFiles.Status(top, Encoding.UTF8.GetBytes(name))!.Value;
    }

    private unsafe ulong Blocks(string name)
    {
        using Fd file = Files.Open(_directory[name], O_RDONLY);
        Tmds.Linux.stat info;
        _ = NativeException.ThrowIfFailed(fstat(file.Number, &info), "fstat");
        return (ulong)(long)info.st_blocks;
    }

    private async Task InAsync(string source, string target, bool keepsOwners, bool overwrites = false)
    {
        using AppTree tree = Tree();
        string path = source.StartsWith('/') ? source : Path.Combine(_directory.Path, source);
        await new AppCopier(_messages).CopyInAsync(Options(true, target, path, keepsOwners) with { Overwrites = overwrites }, tree, Ct);
    }

    private void Out(string source, string target, bool keepsOwners)
    {
        using AppTree tree = Tree();
        new AppCopier(_messages).CopyOut(Options(false, source, target == "-" ? target : _directory[target], keepsOwners), tree, static _ => { }, Ct);
    }

    private AppTree Tree() => new(new IdShift(new IdRange(Base, 65536))) { Root = Files.Open(_directory["app"], O_PATH | O_DIRECTORY) };

    private static CopyOptions Options(bool isIntoPod, string podPath, string hostPath, bool keepsOwners) =>
        new() { Pod = default, IsIntoPod = isIntoPod, PodPath = podPath, HostPath = hostPath, KeepsOwners = keepsOwners };
}

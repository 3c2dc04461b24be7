using System.Text;
using System.Text.Json;
using Common.Contract;
using Common.Native;
using PodManager.Images.Export;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Store;
using PodManager.Tests.Images.Tar;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Images.Export;

/// <content>An app's image with what the app has changed.</content>
public sealed partial class ImageExporterTests
{
    private const uint Base = 0x40000000;

    private readonly List<string> _notes = [];

    private readonly TestImage _base = new TestImage { AppConfig = """{"Cmd":["/bin/app"],"Env":["A=image"],"Labels":{"l":"v"}}""" }
        .Layer(new TarBuilder()
            .Folder("./").Folder("etc", time: 5).File("etc/kept", "k").Folder("srv", mode: 0x1c0, uid: 7, gid: 8, time: 5).File("srv/deleted").Folder("old").File("old/file")
            .Folder("replaced").File("replaced/file").File("turned", "file").Symlink("var-run", "run").Folder("run").File("program", "old", mode: 0x9ed));

    [RootFact]
    public async Task What_an_app_changed_becomes_a_layer()
    {
        StoredImage image = await ImportAsync("one", _base);
        MakeUpper();

        await ExportPodAsync(image, "out.tar");
        StoredImage after = await FetchAsync("two", $"oci-archive:{_directory["out.tar"]}");

        Assert.Equal(TreeText.Of(image.Layers[0]), TreeText.Of(after.Layers[0]));
        Assert.Equal(
            [
                ". 40755 0:0", "etc 40755 0:0", "etc/passwd 100640 0:42", "fifo 10600 1000:1000", "link 120777 1000:1000", "new 40750 1000:1000", "new/deep 40755 0:0", "old 20000 0:0",
                "program 104711 0:0", "program2 104711 0:0", "replaced 40755 0:0", "replaced/inner 100644 65534:65534", "srv 40700 7:8", "srv/deleted 20000 0:0", "turned 40755 0:0",
            ],
            TreeText.Of(after.Layers[1]).Select(static line => string.Join(' ', line.Split(' ')[..3])));
        IReadOnlyList<string> tree = TreeText.Of(after.Layers[1]);
        Assert.Contains("trusted.overlay.opaque", Line(tree, "replaced"), StringComparison.Ordinal);
        Assert.All((string[])["new", "turned", "etc", "srv"], name => Assert.DoesNotContain("opaque", Line(tree, name), StringComparison.Ordinal));
        Assert.Contains("user.note", Line(tree, "etc/passwd"), StringComparison.Ordinal);
        Assert.EndsWith(" = program", Line(tree, "program2"), StringComparison.Ordinal);
        Assert.Equal(["left out '.wh.evil': in a layer, its name would mean that another file is gone", "left out 'socket', a socket"], _notes);
        Assert.Equal(["A=image"], after.Config.Environment);
        Assert.Equal("v", after.Config.Labels["l"]);
    }

    [RootFact]
    public async Task The_same_changes_give_the_same_archive_and_the_configuration_tells_of_them()
    {
        StoredImage image = await ImportAsync("one", _base);
        MakeUpper();
        await ExportPodAsync(image, "out.tar");
        await ExportPodAsync(image, "again.tar");
        Assert.Equal(await File.ReadAllBytesAsync(_directory["out.tar"], Ct), await File.ReadAllBytesAsync(_directory["again.tar"], Ct));

        StoredImage after = await FetchAsync("two", $"oci-archive:{_directory["out.tar"]}");
        using ImageStore store = Open("two");
        JsonElement config = JsonDocument.Parse(store.Describe(ImageRef.Parse(after.Id.ToString())).Configuration.Content).RootElement;
        Assert.Equal("2026-01-02T03:04:05Z", config.GetProperty("created").GetString());
        Assert.Equal(2, config.GetProperty("rootfs").GetProperty("diff_ids").GetArrayLength());
    }

    [RootFact]
    public async Task An_image_that_is_gone_is_made_of_its_layers_without_what_the_user_has_said()
    {
        StoredImage image = await ImportAsync("one", _base);
        MakeUpper();
        await ExportPodAsync(image, "out.tar", imageId: $"sha256:{new string('0', 64)}");
        StoredImage after = await FetchAsync("two", $"oci-archive:{_directory["out.tar"]}");
        Assert.Equal(["/bin/app", "-x"], after.Config.Command);
        Assert.Empty(after.Config.Environment);
        Assert.Equal(2, after.Layers.Count);
        Assert.Contains("not in the store any more", _notes[^1], StringComparison.Ordinal);
    }

    [RootFact]
    public async Task What_has_its_content_elsewhere_is_refused()
    {
        StoredImage image = await ImportAsync("one", _base);
        MakeUpper();
        using Fd upper = Files.Open(_directory["upper"], O_RDONLY | O_DIRECTORY);
        RawFiles.SetAttribute(upper, "new"u8, "trusted.overlay.redirect"u8, "old"u8);
        _ = await Assert.ThrowsAsync<PodctlException>(() => ExportPodAsync(image, "out.tar"));
        Assert.Equal(["one", "upper"], Directory.GetFileSystemEntries(_directory.Path).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ids_in_attributes_are_the_pod_s()
    {
        UpperIds ids = new(new IdShift(new IdRange(Base, 65536)));
        byte[] capability = Convert.FromHexString("0000000300200000000000000000000000000000" + "00000040");
        Assert.Equal("0000000200200000000000000000000000000000", Convert.ToHexString(ids.ToPod("security.capability"u8.ToArray(), capability)));
        byte[] foreign = Convert.FromHexString("0000000300200000000000000000000000000000" + "00000050");
        Assert.Equal(foreign, ids.ToPod("security.capability"u8.ToArray(), foreign));
        byte[] acl = Convert.FromHexString("02000000" + "01000600FFFFFFFF" + "02000600E8030040" + "08000400E9030040" + "10000600FFFFFFFF");
        Assert.Equal("02000000" + "01000600FFFFFFFF" + "02000600E8030000" + "08000400E9030000" + "10000600FFFFFFFF", Convert.ToHexString(ids.ToPod("system.posix_acl_access"u8.ToArray(), acl)));
    }

    /// <summary>As overlay and stage1 would leave it: owners as the host numbers them.</summary>
    private void MakeUpper()
    {
        _ = Directory.CreateDirectory(_directory["upper"]);
        using Fd upper = Files.Open(_directory["upper"], O_RDONLY | O_DIRECTORY);
        void Own(string name, uint uid, uint gid, uint? mode)
        {
            byte[] path = Encoding.UTF8.GetBytes(name);
            RawFiles.SetOwner(upper, path, uid, gid);
            if (mode is not null)
            {
                RawFiles.SetMode(upper, path, mode.Value);
            }

            RawFiles.SetTime(upper, path, 1000, 5);
        }

        void Make(string name, uint mode, uint uid = Base, uint gid = Base, string content = "", bool isOpaque = false)
        {
            byte[] path = Encoding.UTF8.GetBytes(name);
            uint type = mode & FileStatus.TypeMask;
            if (type == FileStatus.Directory)
            {
                _ = RawFiles.TryMakeDirectory(upper, path, 0x1ed);
                if (isOpaque)
                {
                    RawFiles.SetAttribute(upper, path, "trusted.overlay.opaque"u8, "y"u8);
                }
            }
            else if (type == FileStatus.Regular)
            {
                File.WriteAllText(_directory[$"upper/{name}"], content);
            }
            else
            {
                _ = RawFiles.TryMakeNode(upper, path, mode, 0, 0);
            }

            Own(name, uid, gid, mode & ~FileStatus.TypeMask);
        }

        Own(".", Base, Base, 0x1ed);

        // What stage1 makes: in directories of the image's, which are copied up for it, and in new ones.
        Make("etc", 0x41ed);
        Make("etc/hostname", 0x81a4);
        Make("etc/resolv.conf", 0x81a4, content: HostResolver.Head + "nameserver 10.0.0.1\n");
        Make("etc/hosts", 0x81a4, content: AppFiles.HostsText(new StartOptions { Mode = RunMode.Detached }, "host"));
        _ = File.CreateSymbolicLink(_directory["upper/etc/mtab"], "../proc/self/mounts");
        Own("etc/mtab", Base, Base, null);
        foreach (string name in new[] { "proc", "sys", "dev", "run", "run/systemd", "run/systemd/journal", "tmp", "data" })
        {
            Make(name, name == "tmp" ? 0x43ffu : 0x41edu, isOpaque: name != "run");
        }

        Make("mounted-file", 0x81a4);

        // What the app has changed.
        Make("etc/passwd", 0x81a0, gid: Base + 42, content: "root");
        RawFiles.SetAttribute(upper, "etc/passwd"u8, "user.note"u8, "n"u8);
        Own("etc/passwd", Base, Base + 42, 0x1a0);
        Make("srv", 0x41c0, Base + 7, Base + 8);
        Make("srv/deleted", FileStatus.CharacterDevice, 0, 0);
        Make("old", FileStatus.CharacterDevice, 0, 0);
        Make("replaced", 0x41ed, isOpaque: true);
        Make("replaced/inner", 0x81a4, uid: 12, gid: Base + 65536, content: "i"); // nobody of the pod's
        Make("turned", 0x41ed, isOpaque: true);
        Make("new", 0x41e8, Base + 1000, Base + 1000, isOpaque: true);
        Make("new/deep", 0x41ed);
        Make("fifo", FileStatus.Fifo | 0x180, Base + 1000, Base + 1000);
        Make("socket", FileStatus.Socket | 0x180);
        Make(".wh.evil", 0x81a4, content: "w");
        Make("program", 0x81ed, content: "new");
        _ = RawFiles.TryMakeHardLink(upper, "program"u8, upper, "program2"u8);
        Own("program", Base, Base, 0x9c9);
        _ = File.CreateSymbolicLink(_directory["upper/link"], "/program");
        Own("link", Base + 1000, Base + 1000, null);
    }

    private async Task ExportPodAsync(StoredImage image, string file, string? imageId = null)
    {
        PodRecord record = Records.New("web");
        PodApp app = record.Apps[0] with
        {
            Image = new PodImage("image", imageId ?? image.Id.ToString()),
            Layers = image.Layers,
            Program = "/bin/app",
            Exec = ["app", "-x"],
            Environment = ["PASSWORD=secret"],
            WorkingDirectory = "/",
            Mounts = [new VolumeMount("data", "/data"), new VolumeMount("file", "/mounted-file")],
        };
        PodExport export = new(
            record with { Hostname = "host" }, app, _directory["upper"], new IdShift(new IdRange(Base, 65536)), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), _notes.Add);
        using ImageStore store = Open("one");
        await Exporter("one", store).ExportPodAsync(export, _directory[file], overwrite: false, Ct);
    }
}

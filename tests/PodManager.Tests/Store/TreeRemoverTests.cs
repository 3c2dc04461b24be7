using System.Text;
using Common.Native;
using Xunit;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Store;

public sealed class TreeRemoverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_missing_directory_is_removed_already() => Remove("missing");

    [Fact]
    public void Links_are_removed_and_not_followed()
    {
        string kept = _directory["kept"];
        _ = Directory.CreateDirectory(kept);
        File.WriteAllText(Path.Combine(kept, "file"), "text");
        _ = Directory.CreateDirectory(_directory["tree/inner"]);
        _ = File.CreateSymbolicLink(_directory["tree/to-directory"], kept);
        _ = File.CreateSymbolicLink(_directory["tree/inner/to-file"], Path.Combine(kept, "file"));
        _ = File.CreateSymbolicLink(_directory["tree/inner/up"], "..");

        Remove("tree");

        Assert.False(Directory.Exists(_directory["tree"]));
        Assert.Equal("text", File.ReadAllText(Path.Combine(kept, "file")));
    }

    [Fact]
    public void A_link_in_the_place_of_the_tree_is_refused()
    {
        _ = Directory.CreateDirectory(_directory["kept"]);
        _ = File.CreateSymbolicLink(_directory["tree"], "kept");

        _ = Assert.Throws<NativeException>(() => Remove("tree"));

        Assert.True(Directory.Exists(_directory["kept"]));
    }

    [Fact]
    public void A_tree_deeper_than_a_path_can_name_is_removed()
    {
        _ = Directory.CreateDirectory(_directory["tree"]);
        Fd current = Files.Open(_directory["tree"], O_RDONLY | O_DIRECTORY);
        string name = new('d', 200);
        for (int i = 0; i < 300; i++)
        {
            _ = Files.MakeDirectory(current, name, 0x1C0);
            Fd next = Files.OpenAt(current, name, O_RDONLY | O_DIRECTORY);
            current.Dispose();
            current = next;
        }

        current.Dispose();

        Remove("tree");

        Assert.False(Directory.Exists(_directory["tree"]));
    }

    [Fact]
    public void Directories_without_permissions_are_removed()
    {
        _ = Directory.CreateDirectory(_directory["tree/closed/inner"]);
        File.WriteAllText(_directory["tree/closed/inner/file"], "");
        Close("tree/closed/inner");
        Close("tree/closed");

        Remove("tree");

        Assert.False(Directory.Exists(_directory["tree"]));
    }

    [Fact]
    public void Names_that_are_no_text_and_names_of_its_own_are_removed()
    {
        _ = Directory.CreateDirectory(_directory["tree"]);
        _ = Directory.CreateDirectory(_directory["tree/a/b/c"]);
        _ = Directory.CreateDirectory(_directory["tree/.moved-0/x/y"]);
        File.WriteAllText(_directory["tree/.moved-1"], "");
        using (Fd tree = Files.Open(_directory["tree"], O_RDONLY | O_DIRECTORY))
        {
            Link(tree, [0xff, 0xfe, (byte)'\n', 0]);
            Link(tree, [.. Encoding.ASCII.GetBytes("\u001b[31m"), 0]);
        }

        Remove("tree");

        Assert.False(Directory.Exists(_directory["tree"]));
    }

    [Fact]
    public void Many_entries_and_special_files_are_removed()
    {
        _ = Directory.CreateDirectory(_directory["tree/many"]);
        for (int i = 0; i < 1000; i++)
        {
            _ = File.CreateSymbolicLink(_directory[$"tree/many/entry-with-a-rather-long-name-{i}"], "nowhere");
        }

        Assert.Equal(0, Libc.MkFifoAt(Libc.AtFdCwd, _directory["tree/fifo"], 0));

        Remove("tree");

        Assert.False(Directory.Exists(_directory["tree"]));
    }

    private static unsafe void Link(Fd directory, byte[] name)
    {
        fixed (byte* path = name, target = "x\0"u8)
        {
            Assert.Equal(0, symlinkat(target, directory.Number, path));
        }
    }

    private void Close(string name) => Assert.Equal(0, Libc.FChModAt(Libc.AtFdCwd, _directory[name], 0, 0));

    private void Remove(string name)
    {
        using Fd parent = Files.Open(_directory.Path, O_RDONLY | O_DIRECTORY);
        TreeRemover.Remove(parent, name);
    }
}

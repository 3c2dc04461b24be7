using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`podctl cp`.</summary>
public sealed class CopyTests : SystemTest
{
    // Files of every kind that is copied, owned by several users. tree-text prints all that there is to say about them.
    private const string MakeTree = """
        mkdir -p tree/dir/empty; echo file > tree/file; echo s > tree/dir/setuid; truncate -s 20M tree/hole; echo end >> tree/hole; head -c 5M /dev/urandom > tree/large
        ln tree/file tree/dir/again; ln -s /etc/passwd tree/link; ln -s nowhere tree/dangling; mkfifo tree/fifo; printf x > "$(printf 'tree/\377name')"
        setfattr -n user.note -v n tree/file; setfattr -n user.note -v d tree/dir
        chown 1000:2000 tree/file tree/dir/setuid tree/link -h; chown 33 tree/dir/empty tree/fifo; chmod 6755 tree/dir/setuid; chmod 1777 tree/dir/empty; chmod 2750 tree/dir; chmod 600 tree/large
        find tree -depth -exec touch -h -d '2020-02-02 02:02:02.123456789' {} +
        text() { /src/tests/image/tree-text "$1"; }

        """;

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task A_tree_comes_back_as_it_went(string users)
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300") { Flags = [users] });
        _ = (await ShellAsync(pod, $$"""
            {{MakeTree}}
            podctl cp -a tree $POD:/srv-copy
            podctl exec $POD stat -c '%u:%g %a' /srv-copy/file /srv-copy/dir/setuid /srv-copy/dir/empty > inside
            printf '1000:2000 644\n1000:2000 6755\n33:0 1777\n' | diff -u - inside
            podctl cp --archive $POD:srv-copy back
            diff -u <(text tree) <(text back)
            podctl cp -a $POD:/srv-copy - | tar x --xattrs --numeric-owner
            diff -u <(text tree) <(text srv-copy)
            tar c --xattrs --numeric-owner --sparse tree | podctl cp -a - $POD:/tmp
            podctl cp -a $POD:/tmp/tree/. again
            diff -u <(text tree) <(text again)
            test $(du -k back/hole | cut -f1) -lt 64
            podctl cp tree/. $POD:/plain
            podctl exec $POD find /plain -not -user 0 -o -not -group 0 -o -type f -perm -4000 > others
            test ! -s others
            podctl cp $POD:/srv-copy plain
            test -z "$(find plain -not -user 0 -o -not -group 0 -o -type f -perm /6000)"
            cmp tree/large plain/large
            rm -rf tree back srv-copy again plain # names that are no UTF-8
            """)).Expect(0);
    }

    [SystemFact]
    public async Task Volumes_are_seen_as_the_app_sees_them()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300")
        {
            Flags = [$"--volume=host,kind=host,source={Data}", "--volume=own,kind=empty", "--mount=volume=host,target=/data", "--mount=volume=own,target=/own"],
        });
        _ = (await ShellAsync(pod, """
            echo in > file; mkdir dir; echo deep > dir/deep; ln -s ../file dir/link; mkfifo dir/fifo
            for volume in data own; do
                podctl cp file $POD:/$volume
                podctl cp -a dir $POD:/$volume/
                podctl exec $POD sh -c "cat /$volume/file /$volume/dir/deep; stat -c %u /$volume/file /$volume/dir /$volume/dir/link /$volume/dir/fifo" > inside
                printf 'in\ndeep\n0\n0\n0\n0\n' | diff -u - inside
                podctl cp $POD:/$volume/dir/deep out-$volume
                cmp dir/deep out-$volume
            done
            test "$(cd $DATA; stat -c %u file dir dir/link dir/fifo | sort -u)" = 0
            """)).Expect(0);
    }

    [SystemFact]
    public async Task A_paused_pod_and_an_ended_one_give_their_files()
    {
        TestPod pod = await DetachAsync(Run.Shell("echo mine > /tmp/mine; rm /etc/passwd; chown 7:8 /tmp/mine; sleep 300"));
        _ = (await ShellAsync(pod, """
            for i in $(seq 100); do podctl cp $POD:/tmp/mine mine 2>/dev/null && break; sleep 0.1; done
            podctl pause $POD
            echo theirs > theirs; podctl cp theirs $POD:/tmp/theirs
            podctl cp $POD:/tmp/mine paused; cmp mine paused
            podctl resume $POD
            podctl stop $POD
            podctl cp -a $POD:/tmp/mine ended; cmp mine ended; test "$(stat -c %u:%g ended)" = 7:8
            podctl cp $POD:/tmp/theirs -  | tar xO | cmp - theirs
            podctl cp $POD:/ root; test -e root/bin/busybox -o -e root/bin/sh; test ! -e root/etc/passwd
            """)).Expect(0);
        Assert.Contains("No such file", (await Podctl.RunAsync(Ct, "cp", $"{pod.Uuid}:/etc/passwd", $"{Scratch}/passwd")).ExpectFailure(1).Stderr, StringComparison.Ordinal);
        CliResult refused = (await Podctl.RunAsync(Ct, "cp", $"{Scratch}/mine", $"{pod.Uuid}:/tmp/mine")).ExpectFailure(3);
        Assert.Contains("'exited'", refused.Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task A_prepared_pod_gives_its_image_s_files()
    {
        TestPod pod = await PrepareAsync(new Run("true"));
        _ = (await ShellAsync(pod, "podctl cp $POD:/bin/sh sh; test -x sh")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "cp", $"{Scratch}/sh", $"{pod.Uuid}:/sh")).ExpectFailure(3);
    }

    [SystemFact]
    public async Task What_cannot_be_copied_is_said_in_one_line()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        string file = $"{Scratch}/file";
        await File.WriteAllTextAsync(file, "file", Ct);
        foreach ((int code, string[] words) in new (int, string[])[]
            {
                (1, [$"{pod.Uuid}:/no/such", Scratch]), (1, [file, $"{pod.Uuid}:/no/such/file"]), (1, [file, $"{pod.Uuid}:/missing/"]), (1, [$"{Scratch}/missing", $"{pod.Uuid}:/"]),
                (1, [$"{file}/", $"{pod.Uuid}:/"]), (1, [$"{pod.Uuid}:/etc", file]), (1, [$"{pod.Uuid}:/dev/null", Scratch]), (1, [$"{pod.Uuid}:/proc/version", Scratch]),
                (1, [$"{pod.Uuid}:/etc/passwd", "/dev/null"]), (1, [file, $"{pod.Uuid}:/proc/file"]), (1, [file, $"{pod.Uuid}:/dev/null"]), (4, ["no-such-pod:/etc", Scratch]), (2, [file, Scratch]),
                (4, ["--app=other", file, $"{pod.Uuid}:/"]),
            })
        {
            CliResult result = (await Podctl.RunAsync(Ct, ["cp", .. words])).ExpectFailure(code);
            Assert.StartsWith("podctl: ", result.Stderr, StringComparison.Ordinal);
            Assert.InRange(result.Stderr.Count(static c => c == '\n'), 1, 2);
        }

        Assert.True(new FileInfo("/dev/null").Length == 0 && !File.Exists($"{Scratch}/null"));
        CliResult kernel = (await Podctl.RunAsync(Ct, "cp", $"{pod.Uuid}:/proc", $"{Scratch}/proc")).Expect(0);
        Assert.Contains("kernel's own", kernel.Stderr, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries($"{Scratch}/proc"));
        string proc = (await Podctl.RunAsync(Ct, "cp", file, $"{pod.Uuid}:/proc/file")).ExpectFailure(1).Stderr;
        Assert.Contains("'file'", proc, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", proc, StringComparison.Ordinal);
        CliResult pipe = (await Cli.RunAsync(Ct, "sh", "-c", "echo content | podctl cp /dev/stdin $0:/tmp/piped", pod.Uuid)).ExpectFailure(1);
        Assert.Contains("is a pipe", pipe.Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "test", "-e", "/tmp/piped")).Expect(1);
        _ = (await Cli.RunAsync(Ct, new CliOptions { Input = "no archive"u8.ToArray() }, Podctl.Program, "cp", "-", $"{pod.Uuid}:/tmp")).ExpectFailure(1);
        Assert.Equal(2, await AtTerminal(24, 80, Podctl.Program, "cp", $"{pod.Uuid}:/etc", "-").ExitAsync(Ct));
    }

    [SystemFact]
    public async Task A_full_disk_leaves_nothing_half_made()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        _ = (await ShellAsync(pod, """
            podctl exec $POD sh -c 'head -c 3000000 /dev/urandom > /tmp/large; echo small > /tmp/small'
            mkdir full; mount -t tmpfs -o size=2m none full; trap 'umount full' EXIT
            echo before > full/large
            ! podctl cp $POD:/tmp/large full/large 2> error
            grep 'No space left' error
            test "$(cat full/large)" = before
            test "$(ls -A full)" = large
            """)).Expect(0);
    }

    /// <summary>A process in the pod swaps directories, files and links in the path and in the tree, all the time.</summary>
    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task Links_that_are_swapped_meanwhile_lead_nowhere_outside(string users)
    {
        const string secret = "/etc/podctl-copy-secret";
        await File.WriteAllTextAsync(secret, "SECRET", Ct);
        try
        {
            // On the host /etc/podctl-copy-secret and /etc/podctl-copy-d exist, in the image they do not.
            TestPod pod = await DetachAsync(Run.Shell("""
                mkdir -p /tmp/a/d /tmp/x/d; echo mine > /tmp/a/d/f; echo mine > /tmp/x/d/f; ln -s /etc /tmp/l; ln -s ../../../../../../etc /tmp/m; cp -r /tmp/x /tmp/y
                echo ready
                while :; do
                    mv /tmp/a/d /tmp/a/e; ln -s /etc /tmp/a/d; rm /tmp/a/d; ln -s ../../../../../../../../etc /tmp/a/d; rm /tmp/a/d; mv /tmp/a/e /tmp/a/d
                    ln -sf /etc/podctl-copy-secret /tmp/a/d/podctl-copy-secret; rm -rf /tmp/a/d/podctl-copy-secret
                done
                """) with { Flags = [users] });
            await pod.WaitForLogAsync("ready", Ct);
            CliResult result = (await ShellAsync(pod, """
                mkdir -p in/d; echo evil > in/d/podctl-copy-secret; echo evil > in/d/podctl-copy-new; mkdir in/d/podctl-copy-d; echo evil > in/d/podctl-copy-d/f
                tar cf in.tar -C in d
                ok=0
                for i in $(seq 50); do
                    { podctl cp -a in/. $POD:/tmp/a && ok=$((ok+1)); } 2>>errors || :
                    { podctl cp --overwrite in/d/podctl-copy-secret $POD:/tmp/a/d/podctl-copy-secret && ok=$((ok+1)); } 2>>errors || :
                    { podctl cp - $POD:/tmp/a < in.tar && ok=$((ok+1)); } 2>>errors || :
                    rm -rf out; { podctl cp $POD:/tmp/a out && ok=$((ok+1)); } 2>>errors || :
                    rm -f stolen; { podctl cp $POD:/tmp/a/d/podctl-copy-secret stolen && ok=$((ok+1)); } 2>>errors || :
                    if grep -rqs SECRET out stolen; then exit 9; fi
                    test "$(cat /etc/podctl-copy-secret)" = SECRET
                    test ! -e /etc/podctl-copy-new -a ! -e /etc/podctl-copy-d
                done
                if grep -q 'bug:' errors; then cat errors; exit 9; fi
                echo $ok
                """)).Expect(0);

            // Some must have met the tree as it was, or nothing has been tested.
            Assert.InRange(int.Parse(result.Lines[^1]), 20, 250);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [SystemFact]
    public async Task Of_several_apps_the_one_that_is_said_is_meant_even_when_it_has_ended()
    {
        TestPod pod = await DetachAsync(Run.Shell("one", "echo one > /tmp/who; exit 0") with { Others = [Run.Shell("two", "echo two > /tmp/who; sleep 300")] });
        _ = (await ShellAsync(pod, """
            for i in $(seq 100); do podctl cp --app=two $POD:/tmp/who two 2>/dev/null && podctl cp --app=one $POD:/tmp/who one 2>/dev/null && break; sleep 0.1; done
            test "$(cat one two)" = "$(printf 'one\ntwo')"
            echo more > more; podctl cp --app=one more $POD:/tmp
            podctl cp --app=one $POD:/tmp/more - | tar xO | cmp - more
            """)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "cp", $"{pod.Uuid}:/tmp/who", $"{Scratch}/who")).ExpectFailure(2);
    }

    private Task<CliResult> ShellAsync(TestPod pod, string script) => Cli.ShellAsync(Ct, $"set -euo pipefail; cd {Scratch}; POD={pod.Uuid} DATA={Data}\n{script}");
}

using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`podctl export`: an app with what it has changed, as an image.</summary>
public sealed class ExportTests : SystemTest
{
    // Run in `layers`, whose files it changes in every way.
    private const string Change = """
        rm -rf /usr/share/doc; mkdir -p /new/deep; echo new > /new/deep/file; ln /new/deep/file /new/hard; ln -s /new /link; mkfifo /fifo
        echo more >> /etc/passwd; chown 1000:2000 /new/deep/file; chmod 4751 /new/hard; chmod 700 /root; rm -rf /etc/profile.d; mkdir /etc/profile.d; echo p > /etc/profile.d/p
        rm -f /etc/group; mkdir /etc/group; mv /bin/sh /bin/moved-sh 2>/dev/null; cp -r /etc /etc-copy; rm -rf /etc-copy; touch -d 2020-02-02T02:02:02 /new/deep/file

        """;

    [SystemTheory]
    [InlineData("--private-users=yes")]
    [InlineData("--private-users=no")]
    public async Task An_image_of_what_an_app_left_has_its_files_and_runs(string users)
    {
        using OwnStore store = new();
        TestPod pod = (await RunPodAsync(Run.Shell(Change) with { Flags = [users] })).Pod;
        _ = (await ShellAsync(pod, $$"""
            podctl export --quiet $POD out.tar
            podctl export --quiet $POD - | cmp - out.tar
            skopeo inspect oci-archive:out.tar > inspected
            jq -e '.Os == "linux"' inspected
            podctl cp -a $POD:/ ended
            podctl {{store.Flag}} fetch {{Podctl.Trust}} --quiet oci-archive:out.tar
            podctl {{store.Flag}} image render --quiet --rootfs-only oci-archive:out.tar image
            text() { (cd $1; find . -mindepth 1 \( -type d -printf '%p %y %m %U:%G\n' -o -printf '%p %y %m %U:%G %s %T@ %n %l\n' \) | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }
            diff <(text image) <(text ended) | grep '^[<>]' > difference || :
            cat difference

            # Only what stage1 has made.
            ! grep -vE '^> (\./(proc|sys|dev|run|run/systemd|run/systemd/journal|tmp|etc/hostname|etc/hosts|etc/resolv.conf|etc/mtab) |[0-9a-f]{64}  \./etc/(hostname|hosts|resolv.conf)$)' difference
            test "$(stat -c '%a %u:%g' image/new/deep/file)" = "4751 1000:2000"
            test ! -e image/usr/share/doc -a -d image/etc/group
            """)).Expect(0);
        CliResult run = await RunAsync(new Run("cat", "/new/hard") { Image = $"oci-archive:{Scratch}/out.tar", Flags = [store.Flag, "--quiet"] });
        Assert.Equal("new\n", run.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_app_that_changed_nothing_gives_an_empty_layer()
    {
        TestPod pod = (await RunPodAsync(new Run("true"))).Pod;
        _ = (await ShellAsync(pod, """
            podctl export --quiet $POD out.tar
            mkdir x; tar xf out.tar -C x
            manifest=$(jq -r '.manifests[0].digest' x/index.json | tr : /)
            last=$(jq -r '.layers[-1].digest' x/blobs/$manifest | tr : /)
            tar tf x/blobs/$last > content
            cat content; test ! -s content
            config=$(jq -r .config.digest x/blobs/$manifest | tr : /)
            jq -e '(.rootfs.diff_ids | length) == 2 and .history[-1].created_by == "podctl export" and .created == .history[-1].created' x/blobs/$config
            """)).Expect(0);
    }

    [SystemFact]
    public async Task Volumes_are_no_part_of_it()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("echo volume > /data/file; echo own > /deep/er/own/file; echo root > /file") with
        {
            Flags = ["--volume=data,kind=empty", "--mount=volume=data,target=/data", "--volume=own,kind=empty", "--mount=volume=own,target=/deep/er/own"],
        });
        _ = result.Expect(0);
        _ = (await ShellAsync(pod, """
            podctl export --quiet $POD out.tar
            mkdir x; tar xf out.tar -C x
            last=$(jq -r '.layers[-1].digest' x/blobs/$(jq -r '.manifests[0].digest' x/index.json | tr : /) | tr : /)
            test "$(tar tf x/blobs/$last)" = file
            """)).Expect(0);
    }

    [SystemFact]
    public async Task Only_what_has_ended_is_exported_and_nothing_is_overwritten_by_itself()
    {
        TestPod pod = await DetachAsync("sleep", "300");
        CliResult running = (await Podctl.RunAsync(Ct, "export", pod.Uuid, $"{Scratch}/out.tar")).ExpectFailure(3);
        Assert.StartsWith($"podctl: pod '{pod.Uuid}' is not exited. Only exited pods can be exported\n", running.Stderr, StringComparison.Ordinal);
        TestPod prepared = await PrepareAsync(new Run("true"));
        _ = (await Podctl.RunAsync(Ct, "export", prepared.Uuid, $"{Scratch}/out.tar")).ExpectFailure(3);
        Assert.False(File.Exists($"{Scratch}/out.tar"));
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "export", "--quiet", pod.Uuid, $"{Scratch}/out.tar")).Expect(0);
        CliResult again = (await Podctl.RunAsync(Ct, "export", "--quiet", pod.Uuid, $"{Scratch}/out.tar")).ExpectFailure(1);
        Assert.Contains("exists\n  hint: try --overwrite\n", again.Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "export", "--quiet", "--overwrite", pod.Uuid, $"{Scratch}/out.tar")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "export", "--app=other", pod.Uuid, $"{Scratch}/other.tar")).ExpectFailure(4);
        _ = (await Podctl.RunAsync(Ct, "export", "no-such-pod", $"{Scratch}/other.tar")).ExpectFailure(4);
        _ = (await Podctl.RunAsync(Ct, "export", pod.Uuid, $"{Scratch}/no/such/other.tar")).ExpectFailure(1);
    }

    [SystemFact]
    public async Task Of_several_apps_one_must_be_said()
    {
        TestPod pod = (await RunPodAsync(Run.Shell("one", "echo one > /who") with { Others = [Run.Shell("two", "echo two > /who")] })).Pod;
        Assert.Contains("one, two", (await Podctl.RunAsync(Ct, "export", pod.Uuid, $"{Scratch}/out.tar")).ExpectFailure(2).Stderr, StringComparison.Ordinal);
        using OwnStore store = new();
        _ = (await Podctl.RunAsync(Ct, "export", "--quiet", "--app=two", pod.Uuid, $"{Scratch}/out.tar")).Expect(0);
        Assert.Equal("two\n", (await RunAsync(new Run("cat", "/who") { Image = $"oci-archive:{Scratch}/out.tar", Flags = [store.Flag, "--quiet"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_image_that_has_left_the_store_is_no_hindrance()
    {
        using OwnStore store = new();
        TestPod pod = (await RunPodAsync(Run.Shell("echo kept > /kept") with { Image = "oci:/images/busybox", Flags = [store.Flag, "--quiet"] })).Pod;
        _ = (await Cli.ShellAsync(Ct, $"""
            set -euo pipefail; cd {Scratch}
            podctl {store.Flag} image rm oci:/images/busybox
            podctl {store.Flag} export --quiet {pod.Uuid} out.tar
            podctl {store.Flag} rm {pod.Uuid}
            """)).Expect(0);
        using OwnStore other = new();
        Assert.Equal("kept\n", (await RunAsync(new Run("cat", "/kept") { Image = $"oci-archive:{Scratch}/out.tar", Flags = [other.Flag, "--quiet"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Podman_runs_it()
    {
        Assert.SkipUnless((await Cli.ShellAsync(Ct, "command -v podman")).ExitCode == 0, "podman is not here");
        TestPod pod = (await RunPodAsync(Run.Shell("echo for podman > /file"))).Pod;
        _ = (await ShellAsync(pod, """
            podctl export --quiet $POD out.tar
            podman load -q -i out.tar > loaded
            image=$(sed 's/.*: //' loaded)
            podman image inspect "$image" > inspected
            container=$(podman create "$image" true)
            podman cp $container:/file - | tar xO > file
            podman rm $container; podman rmi "$image"
            test "$(cat file)" = "for podman"
            """)).Expect(0);
    }

    private Task<CliResult> ShellAsync(TestPod pod, string script) => Cli.ShellAsync(Ct, $"set -euo pipefail; cd {Scratch}; POD={pod.Uuid}\n{script}");
}

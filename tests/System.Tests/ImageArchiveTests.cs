using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Images from archives and back into them, with other tools as witnesses.</summary>
public sealed class ImageArchiveTests : SystemTest
{
    // Owner, mode, time, links and content of every entry but the root, whose time tools disagree on; and the extended attributes.
    private const string Describe = """
        describe() { (cd "$1" && find . -mindepth 1 \( ! -type d -printf '%P %y %m %U:%G %s %T@ %n %l\n' -o -type d -printf '%P %y %m %U:%G %T@\n' \) | LC_ALL=C sort
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
            getfattr -R -P -h -d -m '^(user|security\.capability)' . | LC_ALL=C sort); }
        """;

    [SystemTheory]
    [InlineData("docker-archive:/images/busybox.docker.tar")]
    [InlineData("docker-archive:/images/busybox.docker.tar:busybox:latest")]
    [InlineData("oci-archive:/images/busybox.oci.tar")]
    [InlineData("oci-archive:/images/busybox.oci.tar:busybox:latest")]
    public async Task An_archive_that_skopeo_made_runs(string image)
    {
        using OwnStore store = new();
        Assert.Equal("hello\n", (await RunAsync(new Run("echo", "hello") { Image = image, Flags = [store.Flag, "--quiet"] })).Expect(0).Stdout);
        Assert.Empty(store.Unfinished());
    }

    [SystemTheory]
    [InlineData("cat", "docker-archive:-", "/images/busybox.docker.tar")]
    [InlineData("gzip -c", "docker-archive:-", "/images/busybox.docker.tar")]
    [InlineData("zstd -qc", "oci-archive:-:busybox:latest", "/images/busybox.oci.tar")]
    public async Task An_archive_comes_through_a_pipe(string compress, string image, string file)
    {
        using OwnStore store = new();
        CliResult piped = (await Cli.ShellAsync(Ct, $"{compress} {file} | podctl {store.Flag} fetch {Podctl.Trust} --quiet --full {image}")).Expect(0);
        CliResult direct = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "--full", image.Replace(":-", ":" + file, StringComparison.Ordinal))).Expect(0);
        Assert.Equal(direct.Stdout, piped.Stdout);
        Assert.Empty(store.Unfinished());
    }

    [SystemFact]
    public async Task A_broken_archive_leaves_nothing()
    {
        using OwnStore store = new();
        _ = (await Cli.ShellAsync(Ct, $"head -c 700000 /images/busybox.docker.tar > {Scratch}/broken.tar")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", $"docker-archive:{Scratch}/broken.tar")).ExpectFailure(1);
        _ = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", $"docker-archive:{Scratch}/no-such.tar")).ExpectFailure(4);
        _ = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "docker-archive:/images/busybox.oci.tar")).ExpectFailure(4);
        _ = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "docker-archive:-")).ExpectFailure(4);
        Assert.Empty(store.Content());
    }

    [SystemTheory]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task Other_tools_unpack_what_was_exported_as_they_unpack_the_original(string format)
    {
        _ = (await Cli.ShellAsync(Ct, $"""
            set -euo pipefail
            {Describe}
            cd {Scratch}
            podctl image export --quiet --format={format} {Podctl.Registry}layers out.tar
            skopeo inspect {format}:out.tar > inspected
            jq -e '.Os == "linux" and (.Layers | length) == 4' inspected
            skopeo copy -q {format}:out.tar oci:copy:latest
            umoci unpack --image copy:latest copied
            umoci unpack --image /images/layers:latest original
            podctl image render --quiet --rootfs-only {Podctl.Registry}layers rendered
            describe original/rootfs > expected
            describe copied/rootfs > exported
            describe rendered > extracted
            test $(wc -l < expected) -gt 300
            diff -u expected exported
            diff -u expected extracted
            """)).Expect(0);
    }

    [SystemFact]
    public async Task An_export_runs_again_and_is_never_half_there()
    {
        using OwnStore store = new();
        string archive = $"{Scratch}/out.tar";
        _ = (await Cli.ShellAsync(Ct, $"podctl image export --quiet {Podctl.Registry}busybox - > {archive}")).Expect(0);
        Assert.Equal("hello\n", (await RunAsync(new Run("echo", "hello") { Image = $"oci-archive:{archive}", Flags = [store.Flag, "--quiet"] })).Expect(0).Stdout);

        Assert.Contains("--overwrite", (await Podctl.RunAsync(Ct, "image", "export", "--quiet", $"{Podctl.Registry}busybox", archive)).ExpectFailure(1).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "image", "export", "--quiet", $"{Podctl.Registry}busybox", $"{Scratch}/no/such/directory")).ExpectFailure(1);
        _ = (await Podctl.RunAsync(Ct, "image", "export", "--quiet", "no-such-image", archive)).ExpectFailure(4);
        _ = (await Cli.ShellAsync(Ct, $"! podctl image export --quiet {Podctl.Registry}busybox - > /dev/full")).Expect(0);
        Assert.Equal([archive], Directory.GetFiles(Scratch, "*.tar*"));
        PseudoTerminal terminal = AtTerminal(24, 80, Podctl.Program, "image", "export", $"{Podctl.Registry}busybox", "-");
        Assert.Equal(2, await terminal.ExitAsync(Ct));
    }

    [SystemFact]
    public async Task What_the_store_knows_is_what_the_registry_has()
    {
        _ = (await Cli.ShellAsync(Ct, $"""
            set -euo pipefail
            cd {Scratch}
            podctl image cat-manifest {Podctl.Registry}layers > manifest
            podctl image cat-manifest --config {Podctl.Registry}layers > config
            skopeo inspect --raw --tls-verify=false docker://127.0.0.1:5000/layers | cmp - manifest
            skopeo inspect --raw --config --tls-verify=false docker://127.0.0.1:5000/layers | cmp - config
            podctl image inspect {Podctl.Registry}layers > inspected
            test "$(jq -r '.[0].id' inspected)" = "sha256:$(sha256sum < manifest | cut -d' ' -f1)"
            jq -e --slurpfile config config '.[0].created == $config[0].created and .[0].config.cmd == $config[0].config.Cmd and (.[0].layers | map(.id)) == $config[0].rootfs.diff_ids' inspected
            jq -e '.[0] | .size == .shared_size + .unique_size and .shared_size > 0 and (.layers[0].shared) and .names == ["127.0.0.1:5000/layers:latest"]' inspected
            """)).Expect(0);
    }

    [SystemFact]
    public async Task Gc_keeps_what_is_young_and_what_a_pod_has()
    {
        using OwnStore store = new();
        string busybox = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "--full", "oci:/images/busybox")).Expect(0).Stdout;
        string layers = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "--full", "oci:/images/layers")).Expect(0).Stdout;
        _ = (await RunAsync(new Run("true") { Image = "oci:/images/busybox", Flags = [store.Flag, "--quiet"] })).Expect(0);

        Assert.Empty((await Podctl.RunAsync(Ct, "image", "gc", store.Flag)).Expect(0).Stdout);
        CliResult gc = (await Podctl.RunAsync(Ct, "image", "gc", store.Flag, "--grace-period=0", "--progress=json")).Expect(0);
        Assert.Equal($"successfully removed image: \"{layers.Trim()}\"\n", gc.Stdout);
        Assert.Matches("^\\{\"id\":1,\"label\":\"Removing layers\",\"done\":([0-9]+),\"total\":\\1,\"rate\":[0-9]+,\"state\":\"done\"\\}$", gc.Stderr.Split('\n').Single(static line => line.Contains("\"done\"}", StringComparison.Ordinal)));
        Assert.Equal(busybox.Trim(), (await Podctl.RunAsync(Ct, "image", "list", store.Flag, "--full", "--no-legend")).Expect(0).Stdout.Split('\t')[0]);
    }
}

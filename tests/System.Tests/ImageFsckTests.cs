using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>A damaged store: what it says, and how it is whole again.</summary>
public sealed class ImageFsckTests : SystemTest
{
    [SystemFact]
    public async Task A_damaged_layer_is_found_fetched_again_and_runs()
    {
        using OwnStore store = new();
        string[] flags = [store.Flag, "--quiet", Podctl.Trust];
        _ = (await Podctl.RunAsync(Ct, ["fetch", .. flags, Podctl.Registry + "busybox"])).Expect(0);
        Assert.Empty((await Podctl.RunAsync(Ct, ["image", "fsck", "--deep", .. flags])).Expect(0).Stdout);
        Assert.StartsWith("successfully verified", (await Podctl.RunAsync(Ct, ["image", "verify", .. flags, Podctl.Registry + "busybox"])).Expect(0).Stdout, StringComparison.Ordinal);

        // One bit of a program, as a disk would turn it.
        string program = Directory.GetFiles($"{store.Directory}/layers", "busybox", SearchOption.AllDirectories).Single();
        DateTime time = File.GetLastWriteTimeUtc(program);
        using (FileStream file = File.Open(program, FileMode.Open))
        {
            file.Position = file.Length / 2;
            int value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }

        File.SetLastWriteTimeUtc(program, time);
        _ = (await Podctl.RunAsync(Ct, ["image", "fsck", .. flags])).Expect(0);
        Assert.Contains("busybox", (await Podctl.RunAsync(Ct, ["image", "verify", .. flags, Podctl.Registry + "busybox"])).ExpectFailure(1).Stderr, StringComparison.Ordinal);
        Assert.StartsWith("layer 'sha256:", Assert.Single((await Podctl.RunAsync(Ct, ["image", "fsck", "--deep", .. flags])).Expect(1).Lines), StringComparison.Ordinal);
        Assert.Contains("fetched again", Assert.Single((await Podctl.RunAsync(Ct, ["image", "fsck", "--deep", "--repair", .. flags])).Expect(0).Lines), StringComparison.Ordinal);

        Assert.Empty((await Podctl.RunAsync(Ct, ["image", "fsck", "--deep", .. flags])).Expect(0).Stdout);
        Assert.Equal("x\n", (await RunAsync(new Run("echo", "x") { Flags = [store.Flag, "--quiet"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task What_a_pod_has_is_left_until_the_pod_is_gone()
    {
        using OwnStore store = new();
        string[] flags = [store.Flag, "--quiet", Podctl.Trust];
        _ = (await RunAsync(new Run("true") { Flags = [store.Flag, "--quiet"] })).Expect(0);
        string program = Directory.GetFiles($"{store.Directory}/layers", "busybox", SearchOption.AllDirectories).Single();
        await File.AppendAllTextAsync(program, "x", Ct);

        CliResult refused = (await Podctl.RunAsync(Ct, ["image", "fsck", "--repair", .. flags])).Expect(1);
        Assert.Contains("a pod needs it", Assert.Single(refused.Lines), StringComparison.Ordinal);
        Assert.True(File.Exists(program));

        string pod = Path.GetFileName(Assert.Single(Directory.GetDirectories($"{store.Directory}/pods")));
        _ = (await Podctl.RunAsync(Ct, store.Flag, "rm", pod)).Expect(0);
        _ = (await Podctl.RunAsync(Ct, ["image", "fsck", "--repair", .. flags])).Expect(0);
        Assert.Equal("x\n", (await RunAsync(new Run("echo", "x") { Flags = [store.Flag, "--quiet"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task What_a_crash_left_is_found_and_removed()
    {
        using OwnStore store = new();
        _ = (await Podctl.RunAsync(Ct, "fetch", store.Flag, Podctl.Trust, "--quiet", "oci:/images/busybox")).Expect(0);
        _ = Directory.CreateDirectory($"{store.Directory}/layers/.staging-sha256-00/root/half");
        await File.WriteAllTextAsync($"{store.Directory}/images/records/.x.tmp", "half", Ct);

        Assert.Equal(2, (await Podctl.RunAsync(Ct, "image", "fsck", store.Flag)).Expect(1).Lines.Length);
        _ = (await Podctl.RunAsync(Ct, "image", "fsck", "--repair", store.Flag)).Expect(0);
        Assert.Empty((await Podctl.RunAsync(Ct, "image", "fsck", store.Flag)).Expect(0).Stdout);
        Assert.Empty(store.Unfinished());
    }
}

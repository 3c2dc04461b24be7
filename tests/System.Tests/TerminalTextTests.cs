using System.Tests.Harness;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Text of images and pods on a person's terminal.</summary>
public sealed class TerminalTextTests : SystemTest
{
    // A title, a query that the terminal answers as if it were typed, an 8-bit control sequence, and a character that turns the line around.
    private const string Evil = "a\x1b]0;evil\a\x1b[6n\u009b31m\u202eb";

    [SystemFact]
    public async Task No_control_character_of_a_pod_s_reaches_it()
    {
        using FakeRegistry registry = new(OciImage.WithConfig(static config => config["Labels"] = new JsonObject { ["evil"] = Evil, [Evil] = "x" }));
        TestPod pod = await DetachAsync(Run.Shell("""
            n=$(printf 'a\033]0;evil\007\033[6n')
            cp /bin/busybox "/tmp/$n" 2>/dev/null; ln -s /bin/busybox /tmp/sleep
            printf 'a\033]0;evil\007\033[6n\302\23331m\342\200\256b\r\n'
            printf 'b\033]0;evil\007\n' >&2
            (exec -a "$n" /bin/busybox sleep 300) &
            echo done; exec sleep 300
            """) with { Image = registry.Image, AppFlags = ["--name=app"] });
        await pod.WaitForLogAsync("done", Ct);
        string image = registry.Image["docker://".Length..];
        foreach (string[] verb in new string[][]
        {
            ["list"], ["list", "--full"], ["list", "--format=json"], ["status", pod.Uuid], ["inspect", pod.Uuid], ["cat-manifest", pod.Uuid], ["logs", pod.Uuid], ["logs", "--all", pod.Uuid], ["logs", "--format=json", pod.Uuid], ["top", pod.Uuid],
            ["stats", "--no-stream", pod.Uuid], ["app", "list", pod.Uuid], ["image", "list"], ["image", "inspect", image],
        })
        {
            PseudoTerminal terminal = AtTerminal(24, 200, Podctl.Program, verb);
            _ = await terminal.ExitAsync(Ct);
            string shown = terminal.Screen.Text;
            Assert.DoesNotContain(shown, static c => c is '\x1b' or '\a' or (>= '\x80' and <= '\x9f') or '\u202e');
        }
    }
}

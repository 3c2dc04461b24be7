using System.Tests.Harness;
using System.Text;
using System.Text.Json;
using Xunit;

namespace System.Tests;

/// <summary>`podctl attach`, and the streams of apps in the background.</summary>
public sealed class AttachTests : SystemTest
{
    private const string Stream = "--stdin=stream,--stdout=stream,--stderr=stream";
    private const string Tty = "--stdin=tty,--stdout=tty,--stderr=tty";

    [SystemFact]
    public async Task Input_goes_through_to_every_client_and_to_the_journal()
    {
        TestPod pod = await DetachAsync(App(Stream, "cat"));
        using CliProcess one = Attach(pod);
        using CliProcess two = Attach(pod);
        await SendAsync(one, "first\n");
        _ = await one.Output.WaitForAsync("first\n", Ct);
        await SendAsync(two, "second\n");
        _ = await one.Output.WaitForAsync("second\n", Ct);
        _ = await two.Output.WaitForAsync("second\n", Ct);

        // A client that is killed, or whose input ends, is no end of the app's input.
        one.Signal(Signals.Kill);
        two.CloseInput();
        Assert.Equal("", (await Podctl.RunAsync(Ct, new CliOptions { Input = "third\n"u8.ToArray() }, "attach", "--mode=stdin", pod.Uuid)).Expect(0).Stdout);
        _ = await two.Output.WaitForAsync("third\n", Ct);
        Assert.Equal("running", await pod.StateAsync(Ct));
        await pod.WaitForLogAsync("third", Ct);
        Assert.Equal("first\nsecond\nthird\n", await pod.LogsAsync(Ct));
        Assert.Equal("first\nsecond\nthird\n", (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Stdout);

        // What came before is in the journal only.
        using CliProcess three = Attach(pod);
        await SendAsync(three, "fourth\n");
        Assert.Equal("fourth\n", await three.Output.WaitForAsync("fourth\n", Ct));
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal(128 + Signals.Terminate, (await three.FinishAsync(Ct)).ExitCode);
        Assert.Equal(128 + Signals.Terminate, (await two.FinishAsync(Ct)).ExitCode);
    }

    [SystemFact]
    public async Task The_apps_end_is_the_clients_with_its_code_and_all_it_wrote()
    {
        TestPod pod = await DetachAsync(App(Stream, "sh", "-c", "read x; seq 20000; echo mistake >&2; printf end; exit 7"));
        CliResult result = await Podctl.RunAsync(Ct, new CliOptions { Input = "go\n"u8.ToArray() }, "attach", pod.Uuid);
        Assert.Equal((7, "mistake\n"), (result.ExitCode, result.Stderr));
        Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(static n => $"{n}\n")) + "end", result.Stdout);
        Assert.Equal(7, await pod.WaitForEndAsync(Ct));
        Assert.Equal(20002, (await pod.LogsAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("not running", (await Podctl.RunAsync(Ct, "attach", pod.Uuid)).Expect(125).Stderr, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Each_run_of_an_app_that_is_started_again_has_clients_of_its_own()
    {
        TestPod pod = await DetachAsync(App($"{Stream},--restart=always", "sh", "-c", "read x; echo got $x; exit 3"));
        foreach (string word in new[] { "one", "two" })
        {
            CliResult result = await Podctl.RunAsync(Ct, new CliOptions { Input = Encoding.UTF8.GetBytes(word + "\n") }, "attach", pod.Uuid);
            Assert.Equal((3, $"got {word}\n"), (result.ExitCode, result.Stdout));
            await Wait.UntilAsync(async () => (await pod.StatusAsync(Ct)).GetProperty("apps")[0].GetProperty("state").GetString() == "running", "it is started again", Wait.Deadline, Ct);
        }

        Assert.Equal("got one\ngot two\n", await pod.LogsAsync(Ct));
    }

    [SystemFact]
    public async Task A_client_that_does_not_read_keeps_nobody_waiting()
    {
        // 6 MB: more than what is kept for a client.
        const string script = "read x; echo ready; read x; yes 0123456789012345678901234567890123456789 | head -n 150000; echo done >&2; read x; echo later >&2; read x";
        TestPod pod = await DetachAsync(App(Stream, "sh", "-c", script));
        using CliProcess slow = Attach(pod);
        await SendAsync(slow, "\n");
        _ = await slow.Output.WaitForAsync("ready\n", Ct);
        slow.Signal(Signals.Stop);
        try
        {
            _ = (await Podctl.RunAsync(Ct, new CliOptions { Input = "\n"u8.ToArray() }, "attach", "--mode=stdin", pod.Uuid)).Expect(0);
            await pod.WaitForLogAsync("done", Ct);
        }
        finally
        {
            slow.Signal(Signals.Continue);
        }

        _ = await slow.Output.WaitAsync(static text => text.Length > 4_000_000, "what was kept for it", Ct);
        await SendAsync(slow, "\n");
        string error = await slow.Error.WaitForAsync("later\n", Ct);
        Assert.Contains("bytes of the app's output came faster than they were taken", error, StringComparison.Ordinal);
        await pod.WaitForLogAsync("later", Ct);
        Assert.Equal(150003, (await pod.LogsAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        slow.Signal(Signals.Terminate);
        Assert.Equal(128 + Signals.Terminate, (await slow.FinishAsync(Ct)).ExitCode);
    }

    [SystemFact]
    public async Task A_terminal_has_the_clients_size_and_is_left_by_keys()
    {
        TestPod pod = await DetachAsync(App(Tty, "sh"));
        using (PseudoTerminal terminal = AtTerminal(31, 97, Podctl.Program, "attach", pod.Uuid))
        {
            // Those of any new terminal: this one's may be podctl's already.
            byte[] before = AtTerminal(31, 97, "sleep", "300").Settings;
            terminal.Type("stty size; tty\r");
            string screen = await terminal.Screen.WaitForAsync("31 97\r\n", Ct);
            _ = await terminal.Screen.WaitForAsync("/dev/pts/", Ct);
            Assert.NotEqual(before, terminal.Settings);

            // Raw: the keys are the app's, but for these two.
            terminal.Type("x=; trap 'echo inter''rupted; x=1' INT; echo re''ady; while [ ! $x ]; do sleep 0.1; done\r");
            _ = await terminal.Screen.WaitForAsync("ready\r\n", Ct);
            terminal.Type("\x03");
            _ = await terminal.Screen.WaitForAsync("interrupted\r\n", Ct);
            terminal.Type("\x10\x11");
            Assert.Equal(0, await terminal.ExitAsync(Ct));
            Assert.Equal(before, terminal.Settings);
        }

        Assert.Equal("running", await pod.StateAsync(Ct));
        using PseudoTerminal again = AtTerminal(24, 80, Podctl.Program, "attach", "--mode=tty", pod.Uuid);
        again.Type("stty size; exit 3\r");
        _ = await again.Screen.WaitForAsync("24 80\r\n", Ct);
        Assert.Equal(3, await again.ExitAsync(Ct));
        Assert.Contains("31 97", await pod.LogsAsync(Ct), StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task What_an_app_does_not_have_cannot_be_attached_to()
    {
        TestPod pod = await DetachAsync(App("--stdout=stream,--stderr=null", "sh", "-c", "echo lost >&2; echo said >/dev/stdout; exec sleep 1000"));
        Assert.Equal("{\"version\":1,\"targets\":[{\"name\":\"stdout\"}]}\n", (await Podctl.RunAsync(Ct, "attach", "--mode=list", pod.Uuid)).Expect(0).Stdout);
        await pod.WaitForLogAsync("said", Ct);
        Assert.Equal("said\n", await pod.LogsAsync(Ct));
        Assert.Equal(
            "podctl: app 'busybox' has no stdin and stderr to attach to: its streams are --stdin=null --stdout=stream --stderr=null\n  hint: `--mode=list` lists what it has\n",
            (await Podctl.RunAsync(Ct, "attach", "--mode=stdin,stderr", pod.Uuid)).Expect(125).Stderr);
        JsonElement app = (await pod.InspectAsync(Ct)).GetProperty("apps")[0];
        Assert.Equal(("null", "stream", "null"), (app.GetProperty("stdin").GetString(), app.GetProperty("stdout").GetString(), app.GetProperty("stderr").GetString()));

        TestPod plain = await DetachAsync("sleep", "1000");
        Assert.StartsWith("podctl: app 'busybox' has nothing to attach to", (await Podctl.RunAsync(Ct, "attach", plain.Uuid)).Expect(125).Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(".mux", await plain.InsideAsync(Ct, "ls", "/etc/systemd/system", "/run/podctl"), StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task Who_holds_the_streams_may_nothing_and_goes_with_the_app()
    {
        TestPod pod = await DetachAsync(App(Stream, "cat"));
        string[] ids = (await pod.InsideAsync(Ct, "sh", "-c", "grep -hE '^(Uid|Gid|Groups|CapPrm|CapEff|NoNewPrivs)' /proc/$(systemctl show -P MainPID busybox.mux.service)/status")).Split('\n');
        Assert.Equal(
            ["Uid: 65533 65533 65533 65533", "Gid: 65533 65533 65533 65533", "Groups:", "CapPrm: 0000000000000000", "CapEff: 0000000000000000", "NoNewPrivs: 1"],
            ids.Select(static line => line.Trim().Replace('\t', ' ')));
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.False(File.Exists($"{pod.Directory}/io/busybox.mux"));
    }

    [SystemFact]
    public async Task A_prepared_pod_and_an_app_that_is_added_have_streams_too()
    {
        TestPod prepared = await PrepareAsync(App(Stream, "cat"));
        Assert.StartsWith("podctl: app 'busybox' has streams of its own", (await Podctl.RunAsync(Ct, "run-prepared", prepared.Uuid)).Expect(125).Stderr, StringComparison.Ordinal);
        _ = (await Podctl.RunAsync(Ct, "run-prepared", "--detach", prepared.Uuid)).Expect(0);
        using CliProcess client = Attach(prepared);
        await SendAsync(client, "there\n");
        _ = await client.Output.WaitForAsync("there\n", Ct);

        TestPod pod = await SandboxAsync();
        for (int i = 0; i < 2; i++)
        {
            _ = (await Podctl.RunAsync(Ct, ["app", "add", Podctl.Trust, pod.Uuid, Podctl.Registry + "busybox:latest", "--name=web", .. Stream.Split(','), "--", "sh", "-c", "read x; echo $x; exit 4"])).Expect(0);
            _ = (await Podctl.RunAsync(Ct, "app", "start", "--app=web", pod.Uuid)).Expect(0);
            CliResult result = await Podctl.RunAsync(Ct, new CliOptions { Input = "it\n"u8.ToArray() }, "attach", pod.Uuid);
            Assert.Equal((4, "it\n"), (result.ExitCode, result.Stdout));
            _ = (await Podctl.RunAsync(Ct, "app", "rm", "--app=web", pod.Uuid)).Expect(0);
            Assert.DoesNotContain("web", await pod.InsideAsync(Ct, "ls", "/etc/systemd/system", "/run/podctl", "/run/apps"), StringComparison.Ordinal);
        }
    }

    private static Run App(string streams, params string[] command) => new(command) { AppFlags = streams.Split(',') };

    private static CliProcess Attach(TestPod pod) => CliProcess.Start(Podctl.Program, ["attach", pod.Uuid], new CliOptions { KeepInputOpen = true });

    private static async Task SendAsync(CliProcess client, string text)
    {
        await client.Input.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), Ct);
        await client.Input.FlushAsync(Ct);
    }
}

using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>Standard input, output and error in the foreground: separate, unchanged, and in the journal as well.</summary>
public sealed class StreamTests : SystemTest
{
    [SystemFact]
    public async Task Output_that_is_lost_is_a_failure_that_says_what_there_is()
    {
        foreach (string lost in new[] { ">/dev/full", ">&-" })
        {
            string words = string.Join(' ', (new Run("sleep", "60") { Flags = ["--detach"] }).Words(NewUuidFile()));
            CliResult run = (await Cli.ShellAsync(Ct, $"podctl {words} {lost}")).ExpectFailure(1);
            Assert.Contains("cannot write the output", run.Stderr, StringComparison.Ordinal);
            Assert.Matches("; pod '[0-9a-f-]{36}' runs", run.Stderr);
            _ = (await Cli.ShellAsync(Ct, $"podctl list {lost}")).ExpectFailure(1);
        }
    }

    [SystemFact]
    public async Task What_fails_in_the_background_is_no_code_of_an_app()
    {
        _ = (await RunAsync(new Run("/nowhere") { Flags = ["--detach"] })).ExpectFailure(1);
        _ = (await Podctl.RunAsync(Ct, "run", "--detach", Podctl.Trust, "--uuid-file-save=/etc", Podctl.Registry + "busybox:latest", "--", "true")).ExpectFailure(1);
        _ = (await Podctl.RunAsync(Ct, "run", "--detach", Podctl.Registry + "busybox:latest", "--", "true")).ExpectFailure(1);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task Output_and_error_are_separate()
    {
        CliResult result = (await ShellAsync("echo out; echo err >&2; printf 'no newline'; printf 'nor here' >&2")).Expect(0);
        Assert.Equal("out\nno newline", result.Stdout);
        Assert.Equal("err\nnor here", result.Stderr);
    }

    [SystemFact]
    public async Task Eight_megabytes_of_noise_go_through_unchanged()
    {
        byte[] noise = OciImage.Noise(8 << 20);
        CliResult result = await RunAsync(new Run("cat") { Options = new CliOptions { Input = noise } });
        Assert.True(noise.AsSpan().SequenceEqual(result.Expect(0).Output), $"{result.Output.Length} bytes arrived, or other ones");
        Assert.Equal("", result.Stderr);
    }

    [SystemFact]
    public async Task Both_streams_carry_noise_at_once()
    {
        byte[] noise = OciImage.Noise(2 << 20);
        CliResult result = await RunAsync(new Run("tee", "/dev/stderr") { Options = new CliOptions { Input = noise } });
        Assert.True(noise.AsSpan().SequenceEqual(result.Expect(0).Output), "standard output has changed");

        // The first line is podctl's own: nobody signed this image.
        Assert.True(noise.AsSpan().SequenceEqual(result.Error.AsSpan(result.Error.AsSpan().IndexOf((byte)'\n') + 1)), "standard error has changed");
    }

    [SystemFact]
    public async Task Input_ends_where_podctl_s_ends()
    {
        Assert.Equal("0\n", (await ShellAsync("wc -c")).Expect(0).Stdout);
        CliResult result = await Cli.ShellAsync(Ct, $"podctl {string.Join(' ', new Run("wc", "-c").Words(NewUuidFile()))} </dev/null");
        Assert.Equal("0\n", result.Expect(0).Stdout);
        result = await Cli.ShellAsync(Ct, $"podctl {string.Join(' ', new Run("wc", "-c").Words(NewUuidFile()))} </etc/hostname");
        Assert.Equal($"{new FileInfo("/etc/hostname").Length}\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Podctl_without_standard_streams_works()
    {
        string file = Path.Combine(Scratch, "code");
        CliResult result = await Cli.ShellAsync(Ct, $"podctl {string.Join(' ', new Run("sh", "-c", "'echo x; exit 7'").Words(NewUuidFile()))} <&- >&- 2>&-; echo $? >{file}");
        _ = result.Expect(0);
        Assert.Equal("7\n", await File.ReadAllTextAsync(file, Ct));
    }

    [SystemFact]
    public async Task Lines_come_as_they_are_written()
    {
        using RunningPod running = Start(Run.Shell("while read x; do echo \"got $x\"; done; echo end") with { Options = new CliOptions { KeepInputOpen = true } });
        foreach (string word in new[] { "one", "two", "three" })
        {
            await running.Process.Input.WriteAsync(System.Text.Encoding.UTF8.GetBytes(word + "\n"), Ct);
            await running.Process.Input.FlushAsync(Ct);
            _ = await running.Process.Output.WaitForAsync($"got {word}\n", Ct);
        }

        running.Process.CloseInput();
        Assert.EndsWith("end\n", (await running.FinishAsync(Ct)).Expect(0).Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task An_app_that_ends_does_not_wait_for_its_input()
    {
        using RunningPod running = Start(Run.Shell("echo bye") with { Options = new CliOptions { KeepInputOpen = true } });
        Assert.Equal("bye\n", (await running.FinishAsync(Ct)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Input_that_nobody_reads_does_no_harm()
    {
        CliResult result = await RunAsync(Run.Shell("head -c 5") with { Options = new CliOptions { Input = OciImage.Noise(1 << 20) } });
        Assert.Equal(OciImage.Noise(8)[..5], result.Expect(0).Output);
    }

    [SystemFact]
    public async Task In_a_pipeline_the_app_gets_sigpipe()
    {
        string words = string.Join(' ', new Run("yes", "line").Words(NewUuidFile()));
        CliResult result = await Cli.ShellAsync(Ct, $"podctl {words} | head -n 2; echo ${{PIPESTATUS[0]}}");
        Assert.Equal("line\nline\n141\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Pods_can_be_piped_together()
    {
        string from = string.Join(' ', new Run("seq", "1000").Words(NewUuidFile()));
        string to = string.Join(' ', new Run("tail", "-n", "1").Words(NewUuidFile()));
        Assert.Equal("1000\n", (await Cli.ShellAsync(Ct, $"podctl {from} | podctl {to}")).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_slow_reader_loses_nothing()
    {
        string words = string.Join(' ', new Run("seq", "200000").Words(NewUuidFile()));

        // The reader looks away until the app is held up by full pipes.
        CliResult result = await Cli.ShellAsync(Ct, $"podctl {words} | (read first; sleep 1; wc -l)");
        Assert.Equal("199999\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task The_same_output_is_in_the_journal()
    {
        // The pauses: two streams have no order but that of time.
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("echo one; echo; sleep 0.5; echo '  two  ' >&2; sleep 0.5; printf '\\303\\274\\tthree'"));
        _ = result.Expect(0);
        CliResult journal = await pod.JournalAsync(Ct, "-o", "cat", "-t", "busybox");
        Assert.Equal("one\n\n  two  \nü\tthree\n", journal.Expect(0).Stdout);
        Assert.Equal(journal.Stdout, (await pod.JournalAsync(Ct, "-o", "cat", "_SYSTEMD_UNIT=busybox.service")).Stdout);
        Assert.Equal(journal.Stdout, (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Bytes_that_are_no_text_are_in_the_journal_too()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("printf 'a\\000b\\377c\\033[0m\\n'"));
        byte[] expected = [(byte)'a', 0, (byte)'b', 0xff, (byte)'c', 0x1b, (byte)'[', (byte)'0', (byte)'m', (byte)'\n'];
        Assert.Equal(expected, result.Expect(0).Output);
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "logs", pod.Uuid)).Expect(0).Output);
    }

    [SystemFact]
    public async Task A_line_of_a_megabyte_is_whole_everywhere()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end"));
        Assert.Equal(1_000_005, result.Expect(0).Output.Length);
        CliResult logs = await Podctl.RunAsync(Ct, "logs", pod.Uuid);
        Assert.Equal(1_000_000, logs.Expect(0).Stdout.Replace("\n", "", StringComparison.Ordinal).Count(static c => c == 'x'));
        Assert.EndsWith("end\n", logs.Stdout, StringComparison.Ordinal);
    }

    [SystemFact]
    public async Task What_a_child_writes_after_the_app_has_ended_is_cut_off_in_order()
    {
        // A container's life is its main process's. podctl does not wait for what holds its pipes.
        CliResult result = await ShellAsync("sleep 60 & echo started");
        Assert.Equal("started\n", result.Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("sleep 0.3; cat /dev/stdin")]
    [InlineData("cat; cat /dev/stdin")]
    [InlineData("cat /dev/stdin; cat; cat /dev/stdin")]
    public async Task Input_can_be_opened_again_after_its_end(string script)
    {
        CliResult result = await RunAsync(Run.Shell(script) with { Options = new CliOptions { Input = "hi\n"u8.ToArray() } });
        Assert.Equal("hi\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Output_that_cannot_be_written_is_no_success()
    {
        string words = string.Join(' ', new Run("echo", "lost").Words(NewUuidFile()));
        CliResult result = await Cli.ShellAsync(Ct, $"podctl {words} >/dev/full");
        Assert.Contains("cannot write the app's output: No space left on device", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Equal("lost\n", (await Podctl.RunAsync(Ct, "logs", Pods()[^1].Uuid)).Expect(0).Stdout);
        foreach (string verb in new[] { "list", "version", "help run" })
        {
            result = (await Cli.ShellAsync(Ct, $"podctl {verb} >/dev/full")).ExpectFailure(1);
            Assert.Equal("podctl: cannot write the output: No space left on device\n", result.Stderr);
        }
    }

    [SystemFact]
    public async Task What_cannot_be_said_changes_no_exit_code()
    {
        Assert.Equal(2, (await Cli.ShellAsync(Ct, "podctl run --no-such-flag 2>/dev/full")).ExitCode);
        Assert.Equal(4, (await Cli.ShellAsync(Ct, "podctl status 5bc080ca 2>/dev/full")).ExitCode);
    }
}

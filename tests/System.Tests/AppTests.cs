using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>What an app finds: its user, environment and directory, the host's name, and the files that are made for it.</summary>
public sealed class AppTests : SystemTest
{
    [SystemFact]
    public async Task The_environment_is_the_image_s_and_a_few_defaults_and_nothing_else()
    {
        string[] expected =
        [
            "AC_APP_NAME=busybox", "HOME=/root", "LOGNAME=root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SHELL=/bin/sh", "USER=root",
        ];
        Assert.Equal(expected, (await RunAsync("env")).Expect(0).Lines.Order(StringComparer.Ordinal));

        // The same in the background, where systemd has more to say.
        TestPod pod = await DetachAsync("env");
        _ = await pod.WaitForEndAsync(Ct);
        Assert.Equal(expected, (await pod.LogsAsync(Ct)).TrimEnd().Split('\n').Order(StringComparer.Ordinal));
    }

    [SystemFact]
    public async Task Values_of_the_image_s_environment_arrive_unchanged()
    {
        CliResult result = await RunAsync(Run.Shell("printf '%s|' \"$GREETING\" \"${EMPTY-unset}\" \"$QUOTED\"") with { Image = "variants:env" });
        Assert.Equal("hello world||a \"b\" $c %d \\e|", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task The_app_s_variables_beat_the_pod_s_beat_the_image_s()
    {
        Run run = Run.Shell("echo $GREETING $A $B") with
        {
            Image = "variants:env",
            Flags = ["--set-env=GREETING=pod", "--set-env=A=pod", "--set-env=B=pod"],
            AppFlags = ["--environment=A=app"],
        };
        Assert.Equal("pod app pod\n", (await RunAsync(run)).Expect(0).Stdout);
    }

    [SystemTheory]
    [InlineData("variants:user", "uid=1000(app) gid=1000(app) groups=1000(app),2000(data)", "/home/app app")]
    [InlineData("variants:user-numeric", "uid=1000(app) gid=2000(data) groups=2000(data)", "/home/app app")]
    [InlineData("variants:user-group", "uid=1000(app) gid=2000(data) groups=2000(data)", "/home/app app")]
    [InlineData("busybox:latest", "uid=0(root) gid=0(root)", "/root root")]
    public async Task The_user_is_the_image_s(string image, string id, string home)
    {
        string[] lines = (await RunAsync(Run.Shell("id; echo $HOME $USER") with { Image = image })).Expect(0).Lines;
        Assert.Equal([id, home], lines);
    }

    [SystemFact]
    public async Task A_user_that_the_image_lacks_is_refused()
    {
        CliResult result = await RunAsync(new Run("true") { Image = "variants:user-unknown" });
        Assert.Contains("'stranger'", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        await ExpectNothingLeftAsync();
    }

    [SystemFact]
    public async Task A_user_can_be_chosen()
    {
        Run run = new("id", "-u") { AppFlags = ["--user=app"] };
        Assert.Equal("1000\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Equal("1234\n", (await RunAsync(run with { AppFlags = ["--user=1234"] })).Expect(0).Stdout);
        Assert.Equal("2000\n", (await RunAsync(new Run("id", "-g") { AppFlags = ["--user=app", "--group=data"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task A_user_who_is_not_root_can_use_the_streams()
    {
        Run run = Run.Shell("cat; echo err >&2; echo out >/dev/stdout; echo more >/dev/stderr") with { Image = "variants:user", Options = new CliOptions { Input = "in\n"u8.ToArray() } };
        CliResult result = (await RunAsync(run)).Expect(0);
        Assert.Equal("in\nout\n", result.Stdout);
        Assert.Equal("err\nmore\n", result.Stderr);
    }

    [SystemTheory]
    [InlineData("busybox:latest", "/", null)]
    [InlineData("variants:workdir", "/not/yet/there", null)]
    [InlineData("variants:user-workdir", "/home/app", null)]
    [InlineData("variants:workdir", "/made/for it", "--working-dir=/made/for it")]
    public async Task The_app_starts_in_its_working_directory(string image, string directory, string? flag)
    {
        CliResult result = await RunAsync(new Run("pwd") { Image = image, AppFlags = flag is null ? [] : [flag] });
        Assert.Equal(directory + "\n", result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task The_host_name_is_the_pod_s()
    {
        const string script = "hostname; cat /etc/hostname; grep -c \"$(hostname)\" /etc/hosts";
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell(script));
        Assert.Equal([pod.Machine, pod.Machine, "2"], result.Expect(0).Lines);
        Assert.Equal(["web-1.example", "web-1.example", "2"], (await RunAsync(Run.Shell(script) with { Flags = ["--hostname=web-1.example"] })).Expect(0).Lines);
    }

    [SystemFact]
    public async Task There_is_no_resolv_conf_unless_asked_for()
    {
        Run run = Run.Shell("cat /etc/resolv.conf 2>/dev/null || echo none");
        Assert.Equal("none\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Equal("none\n", (await RunAsync(run with { Flags = ["--dns=none"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Dns_flags_write_resolv_conf()
    {
        Run run = new("cat", "/etc/resolv.conf")
        {
            Flags = ["--dns=192.0.2.1,2001:db8::1", "--dns=192.0.2.2", "--dns-search=one.example,two.example", "--dns-opt=ndots:2", "--dns-opt=rotate"],
        };
        string[] lines = (await RunAsync(run)).Expect(0).Lines;
        Assert.Equal(
            ["search one.example two.example", "nameserver 192.0.2.1", "nameserver 2001:db8::1", "nameserver 192.0.2.2", "options ndots:2 rotate"],
            lines.Where(static line => !line.StartsWith('#')));
    }

    [SystemFact]
    public async Task Dns_host_shows_the_host_s_file_and_does_not_let_it_be_changed()
    {
        string file = Path.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "";
        if (file.Length == 0)
        {
            file = "nameserver 192.0.2.53\n";
            await File.WriteAllTextAsync("/etc/resolv.conf", file, Ct);
        }

        CliResult result = await RunAsync(Run.Shell("cat /etc/resolv.conf; echo evil 2>/dev/null >>/etc/resolv.conf || echo refused") with { Flags = ["--dns=host"] });
        Assert.Equal(file + "refused\n", result.Expect(0).Stdout);
        Assert.Equal(file, await File.ReadAllTextAsync("/etc/resolv.conf", Ct));
    }

    [SystemFact]
    public async Task Hosts_entries_are_added_to_the_defaults()
    {
        Run run = new("cat", "/etc/hosts") { Flags = ["--hosts-entry=192.0.2.7=seven,2001:db8::8=eight", "--hosts-entry=192.0.2.9=nine"] };
        string[][] lines = [.. (await RunAsync(run)).Expect(0).Lines.Select(static line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))];
        Assert.Contains(lines, static line => line[0] == "127.0.0.1" && line.Contains("localhost"));
        Assert.Contains(lines, static line => line[0] == "::1" && line.Contains("localhost"));
        Assert.Equal(["192.0.2.7 seven", "2001:db8::8 eight", "192.0.2.9 nine"], lines[^3..].Select(static line => string.Join(' ', line)));
    }

    [SystemFact]
    public async Task Hosts_entry_host_shows_the_host_s_file()
    {
        CliResult result = await RunAsync(new Run("cat", "/etc/hosts") { Flags = ["--hosts-entry=host"] });
        Assert.Equal(await File.ReadAllTextAsync("/etc/hosts", Ct), result.Expect(0).Stdout);
    }

    [SystemFact]
    public async Task Without_a_network_there_is_the_loopback_and_nothing_else()
    {
        const string script = "ls /sys/class/net; ping -c 1 -W 5 127.0.0.1 | grep -c '1 packets received'; ping -c 1 -W 5 ::1 | grep -c '1 packets received'";
        Assert.Equal(["lo", "1", "1"], (await RunAsync(Run.Shell(script) with { Flags = ["--net=none"] })).Expect(0).Lines);
    }

    [SystemFact]
    public async Task Net_host_is_the_host_s_network()
    {
        string host = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)!.Name;
        Run run = Run.Shell("readlink /proc/self/ns/net; wget -q -O - http://127.0.0.1:5000/v2/");
        Assert.Equal([host, "{}"], (await RunAsync(run with { Flags = ["--net=host"] })).Expect(0).Lines);
        Assert.NotEqual(host, (await RunAsync(run with { Flags = ["--net=none"] })).Lines[0]);
    }

    [SystemFact]
    public async Task Systemd_and_journald_are_processes_1_and_2_and_the_app_cannot_reach_their_files()
    {
        const string script = "cat /proc/1/comm /proc/2/comm; ls /usr/lib/systemd /lib/systemd 2>/dev/null; grep ^0:: /proc/$$/cgroup";
        string[] lines = (await ShellAsync(script)).Expect(0).Lines;
        Assert.Equal(["systemd", "systemd-journal"], lines[..2]);
        Assert.Equal(["0::/system.slice/busybox.service"], lines[2..]);
    }

    [SystemFact]
    public async Task Run_holds_only_systemd_and_tmp_is_everybody_s()
    {
        string[] lines = (await ShellAsync("ls -A /run; stat -c '%a %u' /tmp /run; ls -A / | grep -c dockerenv; for link in /etc/mtab /dev/fd /dev/stdin; do readlink $link; done")).Lines;
        Assert.Equal(["systemd", "1777 0", "755 0", "0", "../proc/self/mounts", "/proc/self/fd", "/proc/self/fd/0"], lines);
    }

    [SystemFact]
    public async Task The_app_can_log_by_syslog()
    {
        (CliResult result, TestPod pod) = await RunPodAsync(Run.Shell("logger -t from-syslog 'by syslog'; echo done"));
        Assert.Equal("done\n", result.Expect(0).Stdout);
        CliResult journal = await pod.JournalAsync(Ct, "-o", "cat", "-t", "from-syslog");
        Assert.Equal("by syslog\n", journal.Expect(0).Stdout);
    }
}

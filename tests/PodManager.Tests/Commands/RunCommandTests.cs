using System.Net;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class RunCommandTests
{
    [Fact]
    public async Task An_image_alone_has_every_default()
    {
        RunOptions options = await CommandLineHarness.OptionsOf("busybox");

        Assert.Equivalent(
            new RunOptions(new PodOptions { Apps = [new AppOptions { Image = "busybox" }] }, new StartOptions { Mode = RunMode.Foreground, Network = NetworkMode.Named, Networks = [new NetworkRequest("default", [])] }, null), options, strict: true);
        Assert.Null(options.Pod.Apps[0].Arguments);
        Assert.Equal(PodUsers.Pick, options.Pod.PrivateUsers);
    }

    [Fact]
    public async Task Everything_can_be_said()
    {
        RunOptions options = await CommandLineHarness.OptionsOf(
            "--interactive", "--rm=true", "--hostname", "web.example", "--dns=1.1.1.1,::1", "--dns", "8.8.8.8", "--dns-search=a.example,b.example",
            "--dns-opt=ndots:2", "--dns-domain=c.example", "--hosts-entry=10.0.0.1=db,::1=self", "--net=host", "--private-users=no",
            "--pull-policy", "never", "--insecure-options=image,seccomp", "--set-env=A=1", "--set-env", "B=x=y", "--uuid-file-save=/tmp/uuid",
            "docker://registry.example/shop/web:1.0", "--exec=/bin/web", "--user=www", "--group", "33", "--working-dir=/srv", "--environment=C=", "--name=front", "--quiet");

        Assert.Equal("docker://registry.example/shop/web:1.0", options.Pod.Apps[0].Image);
        Assert.Equal(RunMode.Interactive, options.Start.Mode);
        Assert.True(options.Start.Remove);
        Assert.Equal("web.example", options.Start.HostName);
        Assert.Equal([IPAddress.Parse("1.1.1.1"), IPAddress.Parse("::1"), IPAddress.Parse("8.8.8.8")], options.Start.Dns.Servers);
        Assert.Equal(["a.example", "b.example"], options.Start.Dns.Search);
        Assert.Equal(["ndots:2"], options.Start.Dns.Options);
        Assert.Equal("c.example", options.Start.Dns.Domain);
        Assert.Equal([(IPAddress.Parse("10.0.0.1"), "db"), (IPAddress.Parse("::1"), "self")], options.Start.HostsEntries);
        Assert.Equal(NetworkMode.Host, options.Start.Network);
        Assert.Equal(PodUsers.Host, options.Pod.PrivateUsers);
        Assert.Equal(PullPolicy.Never, options.Pod.PullPolicy);
        Assert.Equal(InsecureOptions.Image | InsecureOptions.Seccomp, options.Pod.InsecureOptions);
        Assert.Equal(["A=1", "B=x=y"], options.Pod.Environment);
        Assert.Equal(["C="], options.Pod.Apps[0].Environment);
        Assert.Equal("/tmp/uuid", options.UuidFile);
        Assert.Equal("/bin/web", options.Pod.Apps[0].Exec);
        Assert.Equal("www", options.Pod.Apps[0].User);
        Assert.Equal("33", options.Pod.Apps[0].Group);
        Assert.Equal("/srv", options.Pod.Apps[0].WorkingDirectory);
        Assert.Equal("front", options.Pod.Apps[0].Name?.ToString());
    }

    [Theory]
    [InlineData(ProgressFormat.Auto)]
    [InlineData(ProgressFormat.Auto, "--progress=auto")]
    [InlineData(ProgressFormat.Plain, "--progress=plain")]
    [InlineData(ProgressFormat.Json, "--progress", "json")]
    [InlineData(ProgressFormat.None, "--progress=none")]
    [InlineData(ProgressFormat.None, "--quiet", "--progress=json")]
    internal async Task Progress_is_shown_as_asked_for(ProgressFormat format, params string[] flags)
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync(["run", .. flags, "busybox"]);
        Assert.Equal(format, harness.Settings!.Progress);
        Assert.Equal(ExitCode.Usage, (await CommandLineHarness.FailureOf("run", "--progress=xml", "busybox")).Code);
    }

    [Theory]
    [InlineData(RunMode.Interactive, false, "-it")]
    [InlineData(RunMode.Interactive, true, "-i", "-q")]
    [InlineData(RunMode.Interactive, true, "-tqi")]
    [InlineData(RunMode.Detached, false, "-d")]
    [InlineData(RunMode.Detached, true, "-qd")]
    internal async Task Letters_stand_for_the_common_flags(RunMode mode, bool isQuiet, params string[] flags)
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync(["run", .. flags, "busybox"]);
        Assert.Equal((mode, isQuiet ? ProgressFormat.None : ProgressFormat.Auto), (harness.Run!.Start.Mode, harness.Settings!.Progress));
    }

    [Fact]
    public async Task Words_after_two_dashes_are_the_apps_as_they_are()
    {
        RunOptions options = await CommandLineHarness.OptionsOf("busybox", "--name=a", "--", "--rm", "", "-x=1", "--help", "@file", "--", "a b");
        Assert.Equal(["--rm", "", "-x=1", "--help", "@file", "--", "a b"], options.Pod.Apps[0].Arguments);
        Assert.False(options.Start.Remove);
    }

    [Fact]
    public async Task No_words_after_two_dashes_are_no_arguments() => Assert.Equal([], (await CommandLineHarness.AppOf("busybox", "--")).Arguments);

    [Fact]
    public async Task Three_dashes_end_the_apps_words()
    {
        RunOptions options = await CommandLineHarness.OptionsOf("busybox", "--", "a", "---", "--rm");
        Assert.Equal(["a"], options.Pod.Apps[0].Arguments);
        Assert.True(options.Start.Remove);
    }

    [Theory]
    [InlineData("busybox", "--name=web", "--memory=64Mi", "--", "a", "---", "nginx", "--name=db", "--", "b")]
    [InlineData("busybox", "--", "a", "---", "nginx", "--", "b")]
    [InlineData("busybox", "--name=web", "---", "nginx", "--name=db")]
    [InlineData("---", "busybox", "---", "---", "nginx", "---")]
    public async Task Each_image_has_its_own_flags_and_words(params string[] args)
    {
        IReadOnlyList<AppOptions> apps = (await CommandLineHarness.OptionsOf(args)).Pod.Apps;
        Assert.Equal(["busybox", "nginx"], apps.Select(static app => app.Image));
        bool hasWords = args.Contains("--");
        Assert.Equal(hasWords ? ["a"] : null, apps[0].Arguments);
        Assert.Equal(hasWords ? ["b"] : null, apps[1].Arguments);
        bool hasNames = args.Contains("--name=web");
        Assert.Equal(hasNames ? "web" : null, apps[0].Name?.ToString());
        Assert.Equal(hasNames && args.Contains("--name=db") ? "db" : null, apps[1].Name?.ToString());
        Assert.Null(apps[1].Isolation.MemoryBytes);
    }

    [Fact]
    public async Task What_the_pod_and_an_app_may_have_is_told_apart_by_its_place()
    {
        RunOptions options = await CommandLineHarness.OptionsOf(
            "--name=shop", "--volume=all,kind=empty", "--mount=volume=all,target=/all", "-v", "/etc:/both", "busybox", "--name=web", "--mount=volume=own,target=/own", "--hostname=h", "---",
            "nginx", "--volume=own,kind=empty", "-v", "/usr:/both", "--mount=volume=own,target=/all", "--after=web");
        Assert.Equal("shop", options.Pod.Name?.ToString());
        Assert.Equal("h", options.Start.HostName);
        Assert.Equal(["all", "/both", "own", "1:/both"], options.Pod.Volumes.Select(static volume => volume.Name));
        Assert.Equal(
            [new VolumeMount("own", "/own"), new VolumeMount("all", "/all"), new VolumeMount("/both", "/both")], options.Pod.Apps[0].Mounts);
        Assert.Equal([new VolumeMount("own", "/all"), new VolumeMount("1:/both", "/both")], options.Pod.Apps[1].Mounts);
        Assert.Equal(["web"], options.Pod.Apps[1].After.Select(static name => name.ToString()));
    }

    [Fact]
    public async Task Variables_come_from_a_file_and_from_the_caller()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# a comment\n\n; another\nA=1\nB= x=y \r\n", TestContext.Current.CancellationToken);
        PodOptions options = (await CommandLineHarness.OptionsOf("--inherit-env", $"--set-env-file={file}", "--set-env=A=2", "busybox")).Pod;
        Assert.Equal(["A=1", "B= x=y ", "A=2"], options.Environment);
        Assert.Contains(options.InheritedEnvironment, static variable => variable.StartsWith("PATH=", StringComparison.Ordinal));

        await File.WriteAllTextAsync(file, "A=1\nA=2\n", TestContext.Current.CancellationToken);
        Assert.Contains("variable 'A' is given twice in", (await CommandLineHarness.FailureOf("run", $"--set-env-file={file}", "busybox")).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "A=1\nB\n", TestContext.Current.CancellationToken);
        Assert.Contains($"line 2 of '{file}': 'B' is not NAME=VALUE", (await CommandLineHarness.FailureOf("run", $"--set-env-file={file}", "busybox")).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Prepare_takes_what_makes_a_pod_and_prints_its_id()
    {
        CommandLineHarness harness = new();
        (int code, string output) = await harness.RunAsync("prepare", "--uuid-file-save=/tmp/uuid", "--private-users=no", "busybox", "--", "a");
        Assert.Equal((0, CommandLineHarness.RunPod + "\n"), (code, output));
        Assert.Equal("/tmp/uuid", harness.Prepare!.Value.UuidFile);
        Assert.Equal(PodUsers.Host, harness.Prepare.Value.Pod.PrivateUsers);
        Assert.Equal(["a"], harness.Prepare.Value.Pod.Apps[0].Arguments);
        Assert.Contains("unknown flag '--hostname'", (await CommandLineHarness.FailureOf("prepare", "--hostname=a", "busybox")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_prepared_takes_what_starts_a_pod()
    {
        CommandLineHarness harness = new();
        harness.Store.Add(CommandLineHarness.RunPod);
        (int code, string output) = await harness.RunAsync("run-prepared", "--hostname=h", "--detach", CommandLineHarness.RunPod.ToString());
        Assert.Equal((9, CommandLineHarness.RunPod + "\n"), (code, output));
        Assert.Equal(("h", RunMode.Detached), (harness.Start!.Value.Start.HostName, harness.Start.Value.Start.Mode));
        Assert.Contains("unknown flag '--set-env'", (await CommandLineHarness.FailureOf("run-prepared", "--set-env=A=1", "5bc0")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--interactive", "busybox")]
    [InlineData("busybox", "--interactive")]
    [InlineData("--interactive=true", "busybox")]
    [InlineData("--interactive=1", "busybox")]
    public async Task A_flag_that_is_on_takes_no_word(string first, string second)
    {
        RunOptions options = await CommandLineHarness.OptionsOf(first, second);
        Assert.Equal(RunMode.Interactive, options.Start.Mode);
        Assert.Equal("busybox", options.Pod.Apps[0].Image);
    }

    [Fact]
    public async Task Of_a_repeated_flag_the_last_counts() =>
        Assert.Equal("b", (await CommandLineHarness.OptionsOf("--hostname=a", "busybox", "--hostname", "b")).Start.HostName);

    [Fact]
    public async Task A_value_may_begin_with_a_dash() =>
        Assert.Equal("--strange", (await CommandLineHarness.AppOf("busybox", "--exec", "--strange")).Exec);

    [Fact]
    public async Task Dns_of_the_host_is_a_choice()
    {
        RunOptions options = await CommandLineHarness.OptionsOf("--dns=host", "--hosts-entry=host", "busybox");
        Assert.True(options.Start.Dns.UseHostFile);
        Assert.True(options.Start.UseHostsFileOfHost);
        Assert.False((await CommandLineHarness.OptionsOf("--dns=none", "busybox")).Start.Dns.IsGenerated);
    }

    [Theory]
    [InlineData("--debug", "run", "busybox")]
    [InlineData("run", "--debug", "busybox")]
    [InlineData("run", "busybox", "--debug")]
    public async Task Global_flags_stand_on_either_side(params string[] args)
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync(args);
        Assert.True(harness.Settings!.Debug);
    }

    [Theory]
    [InlineData("must provide at least one image")]
    [InlineData("must provide at least one image", "--rm")]
    [InlineData("must provide at least one image", "---")]
    [InlineData("an image is required before any app arguments", "--", "ls")]
    [InlineData("only one set of app arguments", "busybox", "--", "ls", "---", "--", "ls")]
    [InlineData("flag '--readonly-rootfs' must follow an image", "--readonly-rootfs", "busybox")]
    [InlineData("flag '--exec' must follow an image", "--exec=a", "busybox")]
    [InlineData("flag '--exec' can be given only once", "busybox", "--exec=a", "--exec=b")]
    [InlineData("unexpected argument 'ls': the app's own arguments follow `--`, another image follows `---`", "busybox", "ls")]
    [InlineData("unexpected argument 'ls'", "busybox", "---", "busybox", "--name=b", "ls", "/")]
    [InlineData("there are several apps named 'web'", "busybox", "--name=web", "---", "nginx", "--name=web")]
    [InlineData("there are several apps named 'busybox'", "busybox:1", "---", "registry.example/busybox:2")]
    [InlineData("app 'busybox' is to be started after 'db', which is no app of this pod", "busybox", "--after=db")]
    [InlineData("apps wait for each other: a, b", "busybox", "--name=a", "--after=b", "---", "busybox", "--name=b", "--after=a")]
    [InlineData("invalid image reference 'ftp://x'", "busybox", "---", "ftp://x")]
    [InlineData("--memory: ", "busybox", "---", "nginx", "--memory=1")]
    [InlineData("--interactive takes one image", "-it", "busybox", "---", "nginx")]
    [InlineData("--restart takes --detach", "busybox", "--restart=always")]
    [InlineData("--restart: 'sometimes'", "-d", "busybox", "--restart=sometimes")]
    [InlineData("--after: 'A'", "busybox", "--after=A")]
    [InlineData("--name: 'beef' is no pod name", "--name=beef", "busybox")]
    [InlineData("--name: '.x' is no pod name", "--name=.x", "busybox")]
    [InlineData("--name: 'rkt-x' is no pod name", "--name=rkt-x", "busybox")]
    [InlineData("--set-env-file: cannot read '/nonexistent'", "--set-env-file=/nonexistent", "busybox")]
    [InlineData("unknown flag '--nosuch'", "--nosuch=1", "busybox")]
    [InlineData("unknown flag '-x'", "-x", "busybox")]
    [InlineData("unknown flag '-ix'", "-ix", "busybox")]
    [InlineData("unknown flag '-'", "-=1", "busybox")]
    [InlineData("unknown flag '-it'", "-it=1", "busybox")]
    [InlineData("flag '--hostname' needs a value", "busybox", "--hostname")]
    [InlineData("flag '--hostname' needs a value", "busybox", "--hostname", "--", "ls")]
    [InlineData("flag '--exec' needs a value", "busybox", "--exec=")]
    [InlineData("--hostname: ", "--hostname=-a", "busybox")]
    [InlineData("--hostname: ", "--hostname=a_b", "busybox")]
    [InlineData("--hostname: ", "--hostname=a..b", "busybox")]
    [InlineData("--dns: 'x'", "--dns=1.1.1.1,x", "busybox")]
    [InlineData("--dns: '1'", "--dns=1", "busybox")]
    [InlineData("--dns=host and --dns=none stand alone", "--dns=host", "--dns=1.1.1.1", "busybox")]
    [InlineData("--dns=host and --dns=none stand alone", "--dns=host,none", "busybox")]
    [InlineData("--dns=host and --dns=none stand alone", "--dns=none", "--dns-search=a", "busybox")]
    [InlineData("--dns-search: ", "--dns-search=a b", "busybox")]
    [InlineData("--dns-opt: ", "--dns-opt=a\nnameserver", "busybox")]
    [InlineData("--hosts-entry: ", "--hosts-entry=1.1.1.1", "busybox")]
    [InlineData("--hosts-entry: ", "--hosts-entry=1.1.1.1=a b", "busybox")]
    [InlineData("--hosts-entry=host stands alone", "--hosts-entry=host,1.1.1.1=a", "busybox")]
    [InlineData("--pull-policy: 'always'", "--pull-policy=always", "busybox")]
    [InlineData("--private-users: 'maybe'", "--private-users=maybe", "busybox")]
    [InlineData("--insecure-options: unknown value 'x', value 'image' is given twice", "--insecure-options=image,x,image", "busybox")]
    [InlineData("--set-env: 'A' is not NAME=VALUE", "--set-env=A", "busybox")]
    [InlineData("--set-env: '=1' is not NAME=VALUE", "--set-env==1", "busybox")]
    [InlineData("--set-env: variable 'A' is given twice", "--set-env=A=1", "--set-env=A=2", "busybox")]
    [InlineData("--environment: variable 'A' is given twice", "busybox", "--environment=A=1", "--environment=A=2")]
    [InlineData("--working-dir: 'srv'", "busybox", "--working-dir=srv")]
    [InlineData("--name: 'A'", "busybox", "--name=A")]
    [InlineData("--uuid-file-save: the directory", "--uuid-file-save=/nonexistent/uuid", "busybox")]
    [InlineData("--interactive and --detach", "--interactive", "--detach", "busybox")]
    [InlineData("--rm and --detach", "--rm", "--detach", "busybox")]
    [InlineData("invalid image reference 'ftp://x'", "ftp://x")]
    [InlineData("invalid image reference ''", "")]
    public async Task A_fault_is_named(string fault, params string[] args)
    {
        PodctlException e = await CommandLineHarness.FailureOf(["run", .. args]);
        Assert.Equal(ExitCode.Usage, e.Code);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message.Replace("a\nnameserver", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        PodctlException e = await CommandLineHarness.FailureOf("run", "--nosuch", "--hostname=-", "--dns=x", "--dns=y", "--pull-policy=z", "--name=a", "--", "b");
        Assert.Equal(8, e.Message.Split("; ").Length);
    }

    [Fact]
    public async Task Root_is_asked_for_before_anything_else()
    {
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => new CommandLineHarness().RunAsync(isRoot: false, "run", "--nosuch"));
        Assert.Equal(ExitCode.NotPermitted, e.Code);
    }

    [Fact]
    public async Task The_apps_code_is_the_commands()
    {
        CommandLineHarness harness = new() { OnRun = static _ => 7 };
        Assert.Equal((7, ""), await harness.RunAsync("run", "busybox"));
    }

    [Fact]
    public async Task A_detached_pod_is_named()
    {
        (int code, string output) = await new CommandLineHarness().RunAsync("run", "--detach", "busybox");
        Assert.Equal((0, CommandLineHarness.RunPod + "\n"), (code, output));
    }

    [Theory]
    [InlineData(ExitCode.Failed, ExitCode.RunFailed)]
    [InlineData(ExitCode.NotFound, ExitCode.RunFailed)]
    [InlineData(ExitCode.HostLacks, ExitCode.RunFailed)]
    [InlineData(ExitCode.CommandNotFound, ExitCode.CommandNotFound)]
    [InlineData(ExitCode.CannotExecute, ExitCode.CannotExecute)]
    [InlineData(ExitCode.NotPermitted, ExitCode.RunFailed)]
    internal async Task A_foreground_run_keeps_podctls_failures_apart_from_the_apps_codes(ExitCode inner, ExitCode outer)
    {
        CommandLineHarness harness = new() { OnRun = _ => throw new PodctlException(inner, "text", "hint") };
        PodctlException e = await Assert.ThrowsAsync<PodctlException>(() => harness.RunAsync("run", "busybox"));
        Assert.Equal((outer, "text", "hint"), (e.Code, e.Message, e.Hint));
    }
}

using System.Formats.Tar;
using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>OCI profiles for system calls, in an app and in a command of it.</summary>
public sealed class SeccompProfileTests : SystemTest
{
    private const long GetRandom = 318; // systemd allows it in every allow list of its own
    private const long RmDir = 84;
    private const long ChMod = 90;
    private const long Pause = 34;
    private const int Killed = 159;

    [SystemTheory]
    [InlineData(SyscallProgram.MkDir, 30)] // an answer of its own
    [InlineData(RmDir, Killed)]
    [InlineData(ChMod, 38)] // the default
    [InlineData(GetRandom, 38)]
    public async Task An_allow_list_is_carried_out_to_the_letter(long number, int expected)
    {
        string profile = await WriteAsync("""
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
              {"names": ["execve", "write", "exit", "exit_group", "pause"], "action": "SCMP_ACT_ALLOW"},
              {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 30},
              {"names": ["rmdir"], "action": "SCMP_ACT_KILL_PROCESS"}]}
            """);
        Assert.SkipUnless(SyscallProgram.IsSupported, "written for x86-64");
        using FakeRegistry registry = new(OciImage.WithLayer(OciImage.Tar(Program("call", number, "/tmp/x", 0, 0), Program("wait", Pause))));
        Run run = new("/call") { Image = registry.Image, AppFlags = [$"--seccomp={profile}"] };
        Assert.Equal(expected, (await RunAsync(run)).ExitCode);

        TestPod pod = await DetachAsync(run with { Command = ["/wait"] });
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "/call")).ExitCode);
    }

    [SystemFact]
    public async Task What_is_refused_alone_leaves_the_rest()
    {
        string profile = await WriteAsync("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}, {"names": ["rmdir"], "action": "SCMP_ACT_KILL"}]}""");
        Run run = Run.Shell("mkdir /x 2>&1; touch /y && echo made; rmdir /tmp; echo $?; sleep 300") with { AppFlags = [$"--seccomp={profile}"] };
        TestPod pod = await DetachAsync(run);
        await pod.WaitForLogAsync($"{Killed}", Ct);
        string[] expected = ["mkdir: can't create directory '/x': No space left on device", "made", $"{Killed}"];
        Assert.Equal(expected, (await pod.LogsAsync(Ct)).Split('\n').Where(static line => line.Length > 0 && !line.Contains("Bad system call", StringComparison.Ordinal)));
        Assert.Equal(expected, (await Podctl.RunAsync(Ct, "exec", pod.Uuid, "sh", "-c", "mkdir /x 2>&1; touch /y && echo made; rmdir /tmp; echo $?")).Expect(0).Lines);
    }

    [SystemFact]
    public async Task A_rule_for_a_capability_that_the_app_has_not_does_not_count()
    {
        string profile = await WriteAsync("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_KILL"]}}]}""");
        Run run = Run.Shell("mkdir /x; echo $?") with { AppFlags = [$"--seccomp={profile}"] };
        Assert.Equal("0\n", (await RunAsync(run)).Expect(0).Stdout);
        Assert.Equal("1\n", (await RunAsync(run with { AppFlags = [.. run.AppFlags, "--caps-remove=CAP_KILL"] })).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task What_cannot_be_carried_out_is_refused_all_at_once_and_nothing_is_made()
    {
        string profile = await WriteAsync("""
            {"defaultAction": "SCMP_ACT_LOG", "syscalls": [
              {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
              {"names": ["connect"], "action": "SCMP_ACT_NOTIFY"}]}
            """);
        string said = (await RunAsync(new Run("true") with { AppFlags = [$"--seccomp={profile}"] })).ExpectFailure(2).Stderr;
        Assert.All(["defaultAction: 'SCMP_ACT_LOG'", "syscalls[0].args: arguments (personality)", "syscalls[1].action: 'SCMP_ACT_NOTIFY'"], part => Assert.Contains(part, said, StringComparison.Ordinal));
        await ExpectNothingLeftAsync();
    }

    private async Task<string> WriteAsync(string profile)
    {
        string file = $"{Scratch}/profile.json";
        await File.WriteAllTextAsync(file, profile, Ct);
        return file;
    }

    private static PaxTarEntry Program(string name, long number, params object[] arguments) =>
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(SyscallProgram.Make((number, arguments))), Mode = (UnixFileMode)0x1ED };
}

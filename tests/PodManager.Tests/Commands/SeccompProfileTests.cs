using PodManager.Commands;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class SeccompProfileTests : IDisposable
{
    private const string Allow = "\"action\": \"SCMP_ACT_ALLOW\"";
    private const string Needed = "{\"names\": [\"execve\", \"write\"], " + Allow + "}";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void An_allow_list_is_taken_as_it_is()
    {
        SystemCallFilter filter = FilterOf($$"""
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], "flags": ["SECCOMP_FILTER_FLAG_TSYNC"], "syscalls": [
              {{Needed}},
              {"names": ["mkdir", "read", "call_of_tomorrow"], {{Allow}}, "comment": "x", "args": [], "includes": {}, "excludes": null},
              {"names": ["chmod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
              {"names": ["chown"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4000},
              {"names": ["fchown"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "errno": "ENODATA"},
              {"names": ["kexec_load"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
              {"name": "reboot", "names": null, "action": "SCMP_ACT_KILL"}]}
            """)!;

        Assert.True(filter is { IsAllowList: true, IsExact: true, IsNativeOnly: false, Errno: "ENOSYS", MayMakeNamespaces: true, Except: [] });
        Assert.Equal(["execve", "write", "mkdir", "read"], filter.Names);
        Assert.Equal(["chmod:EPERM", "chown:4000", "fchown:ENODATA", "reboot:kill"], filter.Answers);
    }

    [Fact]
    public void What_is_refused_is_taken_with_its_errors()
    {
        SystemCallFilter filter = FilterOf("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}, {"names": ["rmdir"], "action": "SCMP_ACT_KILL_PROCESS"}]}""")!;

        Assert.True(filter is { IsAllowList: false, IsExact: false, IsNativeOnly: true, Names: [], Errno: null });
        Assert.Equal(["mkdir:EPERM", "mkdirat:EPERM", "rmdir:kill"], filter.Answers);
        Assert.Null(FilterOf("""{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": null}"""));
        Assert.Null(FilterOf($$"""{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{{Needed}}]}""")!.Errno);
    }

    [Theory]
    [InlineData("includes", "\"caps\": [\"CAP_CHOWN\", \"CAP_KILL\"]", true)]
    [InlineData("includes", "\"caps\": [\"CAP_CHOWN\", \"CAP_SYS_ADMIN\"]", false)]
    [InlineData("excludes", "\"caps\": [\"CAP_CHOWN\", \"CAP_SYS_ADMIN\"]", false)]
    [InlineData("excludes", "\"caps\": [\"CAP_SYS_ADMIN\"]", true)]
    [InlineData("includes", "\"arches\": [\"amd64\", \"arm64\"]", true)]
    [InlineData("includes", "\"arches\": [\"s390x\"]", false)]
    [InlineData("excludes", "\"arches\": [\"amd64\", \"arm64\"]", false)]
    [InlineData("includes", "\"minKernel\": \"4.8\"", true)]
    [InlineData("includes", "\"minKernel\": \"99.0\"", false)]
    [InlineData("excludes", "\"minKernel\": \"4.8\"", false)]
    public void A_rule_counts_if_its_conditions_hold(string key, string condition, bool counts)
    {
        SystemCallFilter filter = FilterOf($$"""{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{{Needed}}, {"names": ["mkdir"], {{Allow}}, "{{key}}": { {{condition}} } }]}""")!;
        Assert.Equal(counts, filter.Names.Contains("mkdir"));
    }

    [Theory]
    [InlineData("syscalls[1].args: arguments (personality)", "{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]}")]
    [InlineData("syscalls[1].action: 'SCMP_ACT_NOTIFY' is nothing that systemd could do", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_NOTIFY\"}")]
    [InlineData("syscalls[1].action: 'SCMP_ACT_TRAP'", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_TRAP\"}")]
    [InlineData("syscalls[1].action: it has to be there", "{\"names\": [\"mkdir\"]}")]
    [InlineData("syscalls[1]: it names no system call", "{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}")]
    [InlineData("syscalls[1].errnoRet: 0 is no error number", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 0}")]
    [InlineData("syscalls[1].errno: \"EVIL\" is the name of no error", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errno\": \"EVIL\"}")]
    [InlineData("syscalls[1]: 'no_such_call' is no system call that this host's libseccomp knows", "{\"names\": [\"no_such_call\"], \"action\": \"SCMP_ACT_ERRNO\"}")]
    [InlineData("syscalls[1]: unknown key 'ARGS'", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ALLOW\", \"ARGS\": [1]}")]
    [InlineData("syscalls[1].includes: unknown key 'os'", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"os\": 1}}")]
    [InlineData("syscalls[1].includes.minKernel: \"new\" is no version", "{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"minKernel\": \"new\"}}")]
    [InlineData("syscalls[1]: 'write' is answered in another way by syscalls[0]", "{\"names\": [\"write\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 2}")]
    public void What_cannot_be_carried_out_is_refused_with_its_place(string expected, string rule) =>
        Assert.Contains(expected, FaultsOf($$"""{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{{Needed}}, {{rule}}]}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("defaultAction: 'SCMP_ACT_LOG' is nothing", "{\"defaultAction\": \"SCMP_ACT_LOG\"}")]
    [InlineData("defaultAction: it has to be there", "{}")]
    [InlineData("the profile: it is no object", "[]")]
    [InlineData("the profile: unknown key 'listenerPath'", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/x\"}")]
    [InlineData("flags: 'SECCOMP_FILTER_FLAG_LOG'", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]}")]
    [InlineData("is not among them", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_MIPS\"]}")]
    [InlineData("alone or with all of", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]}")]
    [InlineData("'execve' is refused, without which no app is started", "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"write\"], \"action\": \"SCMP_ACT_ALLOW\"}]}")]
    [InlineData("'write' is refused", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"write\"], \"action\": \"SCMP_ACT_ERRNO\"}]}")]
    [InlineData("syscalls: it is no list", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": {}}")]
    [InlineData("is no JSON", "{")]
    [InlineData("is no JSON", "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [], \"syscalls\": []}")]
    public void A_profile_that_is_none_is_refused(string expected, string text) => Assert.Contains(expected, FaultsOf(text), StringComparison.Ordinal);

    [Fact]
    public void All_faults_are_told() =>
        Assert.Equal(3, FaultsOf("""{"defaultAction": "x", "flags": ["y"], "syscalls": [{"names": ["mkdir"], "action": "z"}]}""").Split("; ").Length);

    [Fact]
    public void A_file_that_is_not_there_is_told() => Assert.Contains("cannot read '/no/such'", SeccompOption.Read("/no/such", out _), StringComparison.Ordinal);

    private string FaultsOf(string text)
    {
        File.WriteAllText(_file, text);
        return SeccompOption.Read(_file, out SeccompOption? option) ?? string.Join("; ", option!.Faults(Capabilities.Default));
    }

    private SystemCallFilter? FilterOf(string text)
    {
        Assert.Equal("", FaultsOf(text));
        _ = SeccompOption.Read(_file, out SeccompOption? option);
        return option!.Filter(Capabilities.Default, hasOwnUsers: true);
    }
}

using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands;

public sealed class CredentialTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Credentials_have_names_and_absolute_files()
    {
        AppOptions app = await CommandLineHarness.AppOf("busybox", $"--credential=token:{_file}", $"--credential=key.pem:{Path.GetRelativePath(Environment.CurrentDirectory, _file)}");
        Assert.Equal([new AppCredential("token", _file), new AppCredential("key.pem", _file)], app.Credentials);
    }

    [Theory]
    [InlineData("is no name of a credential", "a/b:/etc/hostname")]
    [InlineData("is no name of a credential", ":/etc/hostname")]
    [InlineData("is no name of a credential", "..:/etc/hostname")]
    [InlineData("there is no file '/no/such'", "a:/no/such")]
    [InlineData("there is no file '/etc'", "a:/etc")]
    [InlineData("there is no file '/'", "a:")]
    [InlineData("names no file, and podctl has no credentials itself", "a")]
    public async Task What_is_no_credential_is_told(string fault, string text) =>
        Assert.Contains(fault, (await CommandLineHarness.FailureOf("run", "busybox", $"--credential={text}")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_name_is_given_once() => Assert.Contains(
        "'a' is given twice", (await CommandLineHarness.FailureOf("run", "busybox", $"--credential=a:{_file}", $"--credential=a:{_file}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Contents_are_in_memory_and_are_no_more_than_systemd_takes()
    {
        PodApp app = Records.New("web").Apps[0];
        Assert.Null(SecretFile.Load([app], ExitCode.RunFailed));
        File.WriteAllText(_file, "secret");
        PodApp with = app with { Credentials = [new AppCredential("a", _file)] };
        using (Common.Native.Fd file = SecretFile.Load([with], ExitCode.RunFailed)!)
        {
            Assert.Contains("memfd:", File.ResolveLinkTarget($"/proc/self/fd/{file.Number}", returnFinalTarget: false)!.ToString(), StringComparison.Ordinal);
        }

        File.WriteAllBytes(_file, new byte[AppCredential.MaxBytes + 1]);
        Assert.Contains("are more than", Assert.Throws<PodctlException>(() => SecretFile.Load([with], ExitCode.RunFailed)).Message, StringComparison.Ordinal);
        File.Delete(_file);
        Assert.Contains("cannot read credential 'a' of app 'web'", Assert.Throws<PodctlException>(() => SecretFile.Load([with], ExitCode.RunFailed)).Message, StringComparison.Ordinal);
    }
}

using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>`--credential`: an app gets its secrets, and nobody else does.</summary>
public sealed class CredentialTests : SystemTest
{
    private const string Secret = "s3cr3t-of-the-test";

    private string SecretFile
    {
        get
        {
            string path = Path.Combine(Scratch, "secret");
            File.WriteAllText(path, Secret);
            return path;
        }
    }

    [SystemTheory]
    [InlineData("yes", "0")]
    [InlineData("yes", "1000")]
    [InlineData("no", "1000")]
    public async Task An_app_reads_its_secret_and_cannot_write_it(string privateUsers, string user)
    {
        CliResult result = await RunAsync(Run.Shell("cat $CREDENTIALS_DIRECTORY/token; echo; ls $CREDENTIALS_DIRECTORY; echo x 2>/dev/null > $CREDENTIALS_DIRECTORY/token || echo refused") with
        {
            Flags = [$"--private-users={privateUsers}"],
            AppFlags = [$"--credential=token:{SecretFile}", $"--user={user}"],
        });
        Assert.Equal([Secret, "token", "refused"], result.Expect(0).Lines);
    }

    [SystemFact]
    public async Task A_secret_is_nowhere_else()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "60")
        {
            AppFlags = ["--name=app", "--user=1000", $"--credential=token:{SecretFile}"],
            Others = [new Run("sleep", "60") { AppFlags = ["--name=sister", "--user=1001"] }],
        });

        // The app, and a command in it.
        Assert.Equal(Secret, (await Podctl.RunAsync(Ct, "exec", "--app=app", pod.Uuid, "sh", "-c", "cat $CREDENTIALS_DIRECTORY/token")).Expect(0).Stdout);

        // The sister: not in her environment, not in her files, and not by way of the app's processes.
        string look = "echo \"[$CREDENTIALS_DIRECTORY]\"; find / -xdev -name token 2>/dev/null; for p in /proc/[0-9]*; do cat $p/root/run/credentials/*/token $p/root/.credentials/*/* $p/environ 2>/dev/null; done; true";
        string seen = (await Podctl.RunAsync(Ct, "exec", "--app=sister", pod.Uuid, "sh", "-c", look)).Expect(0).Stdout;
        Assert.StartsWith("[]\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("/token", seen, StringComparison.Ordinal);

        // podctl's own words, the pod's directory, the journal, and the environment of the app.
        foreach (string[] command in new[] { new[] { "inspect", pod.Uuid }, ["cat-manifest", pod.Uuid], ["status", "--format=json", pod.Uuid], ["logs", "--all", pod.Uuid] })
        {
            Assert.DoesNotContain(Secret, (await Podctl.RunAsync(Ct, command)).Expect(0).Stdout, StringComparison.Ordinal);
        }

        Assert.Contains($"\"token\": \"{SecretFile}\"", (await Podctl.RunAsync(Ct, "inspect", pod.Uuid)).Expect(0).Stdout, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync(Ct, "grep", "-rqs", Secret, pod.Directory, pod.Journal, "/run/podctl", "/run/systemd")).ExitCode);
        _ = (await Podctl.RunAsync(Ct, "stop", pod.Uuid)).Expect(0);
        Assert.Equal(1, (await Cli.RunAsync(Ct, "grep", "-rqs", Secret, pod.Directory, pod.Journal)).ExitCode);
    }

    [SystemFact]
    public async Task A_prepared_pod_reads_its_secrets_when_it_is_started()
    {
        string file = SecretFile;
        TestPod pod = await PrepareAsync(Run.Shell("cat $CREDENTIALS_DIRECTORY/token") with { AppFlags = [$"--credential=token:{file}"] });
        File.Delete(file);
        Assert.Contains($"cannot read credential 'token'", (await Podctl.RunAsync(Ct, "run-prepared", pod.Uuid)).ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.Equal("prepared", await pod.StateAsync(Ct));
        await File.WriteAllTextAsync(file, "later", Ct);
        Assert.Equal("later", (await Podctl.RunAsync(Ct, "run-prepared", pod.Uuid)).Expect(0).Stdout);
    }

    [SystemFact]
    public async Task An_app_that_is_started_again_or_comes_later_has_its_secrets()
    {
        TestPod pod = await DetachAsync(Run.Shell("cat $CREDENTIALS_DIRECTORY/token; echo; exit 1") with { AppFlags = ["--name=app", "--restart=on-failure", $"--credential=token:{SecretFile}"] });
        await Wait.UntilAsync(async () => (await pod.JournalAsync(Ct, "-o", "cat", "-t", "app")).Lines.Count(static line => line == Secret) >= 2, "it has been started again", Wait.Deadline, Ct);

        TestPod sandbox = await SandboxAsync();
        _ = (await Podctl.RunAsync(
            Ct, "app", "add", Podctl.Trust, sandbox.Uuid, Podctl.Registry + "busybox:latest", "--name=late", $"--credential=token:{SecretFile}", "--", "sh", "-c", "cat $CREDENTIALS_DIRECTORY/token; echo; sleep 60")).Expect(0);
        _ = (await Podctl.RunAsync(Ct, "app", "start", "--app=late", sandbox.Uuid)).Expect(0);
        await sandbox.WaitForLogAsync(Secret, Ct);
        _ = (await Podctl.RunAsync(Ct, "app", "rm", "--app=late", sandbox.Uuid)).Expect(0);
        Assert.Equal("", await sandbox.InsideAsync(Ct, "sh", "-c", "ls /.credentials"));
    }

    [SystemFact]
    public async Task A_service_passes_its_credentials_on()
    {
        string[] words = new Run("sh", "-c", "cat $CREDENTIALS_DIRECTORY/token") { AppFlags = ["--credential=token"] }.Words(NewUuidFile());
        CliResult result = await Cli.RunAsync(Ct, "systemd-run", ["--pipe", "--wait", "--quiet", $"--property=LoadCredential=token:{SecretFile}", Podctl.Program, .. words]);
        Assert.Equal(Secret, result.Expect(0).Stdout);
    }
}

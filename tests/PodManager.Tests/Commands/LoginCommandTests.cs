using Xunit;

namespace PodManager.Tests.Commands;

public sealed class LoginCommandTests
{
    [Fact]
    public async Task The_user_and_the_password_are_asked_for()
    {
        CommandLineHarness harness = new();
        harness.Prompt.Answers.Enqueue("me");
        harness.Prompt.Answers.Enqueue("s3cret");

        (int code, string output) = await harness.RunAsync(isRoot: false, "login", "registry.example");

        Assert.Equal(0, code);
        Assert.Equal(("registry.example", "me", "s3cret"), (harness.Login!.Registry, harness.Login.User, harness.Login.Password));
        Assert.Equal([false, true], harness.Prompt.Questions.Select(static question => question.IsSecret));
        Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_may_come_from_standard_input()
    {
        CommandLineHarness harness = new();
        harness.Prompt.Input = "s3cret";

        _ = await harness.RunAsync("login", "--username=me", "--password-stdin", "--authfile=x", "--insecure-options=http", "registry.example:5000/team");

        Assert.Equal(("registry.example:5000/team", "s3cret"), (harness.Login!.Registry, harness.Login.Password));
        Assert.Equal((true, false, Path.GetFullPath("x")), (harness.Login.Options.AllowHttp, harness.Login.Options.AllowBadTls, harness.Login.Options.AuthFile));
        Assert.Empty(harness.Prompt.Questions);
    }

    [Fact]
    public async Task Without_a_terminal_the_flags_are_named()
    {
        PodctlException failure = await CommandLineHarness.FailureOf("login", "registry.example");
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains("--password-stdin", failure.Hint!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_password_is_none()
    {
        PodctlException failure = await CommandLineHarness.FailureOf("login", "--username=me", "--password-stdin", "registry.example");
        Assert.Equal(ExitCode.Usage, failure.Code);
    }

    [Fact]
    public async Task A_logout_is_for_one_registry_or_all()
    {
        CommandLineHarness harness = new();
        _ = await harness.RunAsync("logout", "registry.example");
        _ = await harness.RunAsync("logout", "--all");
        Assert.Equal([("registry.example", null), (null, null)], harness.Logouts);
    }
}

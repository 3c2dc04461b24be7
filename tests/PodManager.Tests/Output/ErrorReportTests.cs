using Common.Native;
using PodManager.Output;
using Xunit;

namespace PodManager.Tests.Output;

public sealed class ErrorReportTests
{
    [Fact]
    public void A_failure_is_a_line_and_a_hint() => Assert.Equal(
        (ExitCode.NotFound, "podctl: no pod 'x\\x1b[2J'\n  hint: `podctl list`\n"),
        Write(new PodctlException(ExitCode.NotFound, "no pod 'x\u001b[2J'", "`podctl list`"), isVerbose: false));

    [Fact]
    public void A_system_call_that_failed_is_no_bug() => Assert.Equal(
        (ExitCode.Failed, "podctl: open '/x': No such file or directory\n"), Write(new NativeException("open", "'/x'", Errno.ENOENT), isVerbose: false));

    [Fact]
    public void Each_cause_is_named_once()
    {
        NativeException call = new("open", "'/x'", Errno.ENOENT);
        PodctlException inner = new(ExitCode.Failed, "cannot unpack layer 'y'", cause: call);
        Assert.Equal(
            "podctl: cannot fetch image 'z': cannot unpack layer 'y': open '/x': No such file or directory\n",
            Write(new PodctlException(ExitCode.Failed, "cannot fetch image 'z'", cause: inner), isVerbose: false).Text);
        Assert.Equal(
            "podctl: cannot lock: open '/x': No such file or directory\n",
            Write(new PodctlException(ExitCode.Failed, $"cannot lock: {call.Message}", cause: call), isVerbose: false).Text);
    }

    [Fact]
    public void The_stack_is_shown_when_asked_for() =>
        Assert.Contains(nameof(PodctlException), Write(new PodctlException(ExitCode.Failed, "x"), isVerbose: true).Text, StringComparison.Ordinal);

    [Fact]
    public void A_bug_always_shows_its_stack()
    {
        (ExitCode code, string text) = Write(new InvalidOperationException("oops"), isVerbose: false);
        Assert.Equal(ExitCode.Bug, code);
        Assert.Contains("InvalidOperationException: oops", text, StringComparison.Ordinal);
    }

    private static (ExitCode Code, string Text) Write(Exception exception, bool isVerbose)
    {
        string path = Path.GetTempFileName();
        ExitCode code;
        using (FileStream file = File.OpenWrite(path))
        using (Printer printer = new((int)file.SafeFileHandle.DangerousGetHandle(), isLineByLine: true))
        {
            code = new ErrorReport(printer) { IsVerbose = isVerbose }.Write(exception);
        }

        string text = File.ReadAllText(path);
        File.Delete(path);
        return (code, text);
    }
}

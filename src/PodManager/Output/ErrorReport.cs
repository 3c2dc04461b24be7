using Common.Native;

namespace PodManager.Output;

/// <summary>Says on standard error what went wrong: one line, a hint, and a stack trace only if asked for or if it is a bug.</summary>
internal sealed class ErrorReport(Printer error)
{
    /// <summary>With `--debug`.</summary>
    public bool IsVerbose { get; set; }

    /// <returns>The exit code that the failure stands for.</returns>
    public ExitCode Write(Exception exception)
    {
        switch (exception)
        {
            case PodctlException e:
                Write(e, e.Hint);
                return e.Code;
            case FileNotFoundException { FileName: null }:
                error.Line("podctl: the current directory is not there any more");
                return ExitCode.Failed;
            case NativeException or IOException or UnauthorizedAccessException:
                // The system said no to something that nobody explained better.
                Write(exception, hint: null);
                return ExitCode.Failed;
            default:
                error.Line($"podctl: bug: {SafeText.Line(exception.Message)}");
                error.Line(SafeText.Lines(exception.ToString()));
                error.Line("  hint: please report this, with the lines above");
                return ExitCode.Bug;
        }
    }

    /// <summary>What could not be done, then each cause; a cause that is in the words already is not repeated.</summary>
    private static string Chain(Exception exception)
    {
        string text = exception.Message;
        for (Exception? cause = exception.InnerException; cause is not (null or AggregateException); cause = cause.InnerException)
        {
            string more = cause.Message.TrimEnd('.');
            text = text.Contains(more, StringComparison.Ordinal) ? text : $"{text}: {more}";
        }

        return text;
    }

    private void Write(Exception exception, string? hint)
    {
        error.Line($"podctl: {SafeText.Line(Chain(exception))}");
        if (hint is not null)
        {
            error.Line($"  hint: {SafeText.Line(hint)}");
        }

        if (IsVerbose)
        {
            error.Line(SafeText.Lines(exception.ToString()));
        }
    }
}

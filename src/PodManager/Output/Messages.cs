using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>What podctl says besides its results, on standard error.</summary>
internal sealed class Messages(Printer error) : IMessageSink
{
    /// <summary>With `--debug`.</summary>
    public bool IsVerbose { get; set; }

    public void Warn(string message) => error.Line($"podctl: {SafeText.Line(message)}");

    public void Note(string message) => error.Line(SafeText.Line(message));

    public void Debug(string message)
    {
        if (IsVerbose)
        {
            error.Line($"debug: {SafeText.Line(message)}");
        }
    }
}

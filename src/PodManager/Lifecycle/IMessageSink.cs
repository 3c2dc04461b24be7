namespace PodManager.Lifecycle;

/// <summary>Takes what is to be said to the user besides the result; goes to standard error. Safe to call from any thread.</summary>
internal interface IMessageSink
{
    /// <summary>A failure that is survived; the text ends in what is done instead, as in `, ignoring`.</summary>
    void Warn(string message);

    /// <summary>What is going on.</summary>
    void Note(string message);

    /// <summary>Shown with `--debug` only.</summary>
    void Debug(string message);
}

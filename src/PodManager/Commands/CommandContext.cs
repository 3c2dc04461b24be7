using PodManager.Output;

namespace PodManager.Commands;

/// <summary>What a verb works with.</summary>
/// <param name="Open">Makes the services for these settings.</param>
/// <param name="Out">Results.</param>
/// <param name="Messages">Talk.</param>
/// <param name="Time">The clock.</param>
internal sealed record CommandContext(Func<Settings, IServices> Open, Printer Out, Messages Messages, TimeProvider Time)
{
    /// <summary>Questions.</summary>
    public IPrompt Prompt { get; init; } = new TerminalPrompt();
}

using PodManager.Output;

namespace PodManager.Tests.Commands;

/// <summary>A terminal, or none, with somebody who knows what to type.</summary>
internal sealed class FakePrompt : IPrompt
{
    /// <summary>What is typed; empty where there is no terminal.</summary>
    public Queue<string> Answers { get; } = new();

    public string Input { get; set; } = "";

    public List<(string Question, bool IsSecret)> Questions { get; } = [];

    public string? Ask(string question, bool isSecret, CancellationToken ct)
    {
        Questions.Add((question, isSecret));
        return Answers.TryDequeue(out string? answer) ? answer : null;
    }

    public string ReadInput() => Input;
}

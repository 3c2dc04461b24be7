namespace System.Tests.Harness;

/// <summary>How a command is started.</summary>
internal sealed record CliOptions
{
    /// <summary>Standard input; nothing by default.</summary>
    public byte[] Input { get; init; } = [];

    /// <summary>Standard input stays open after that, until <see cref="CliProcess.CloseInput"/>.</summary>
    public bool KeepInputOpen { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>When it is killed, and the test fails.</summary>
    public TimeSpan Deadline { get; init; } = Wait.Deadline;
}

namespace PodManager.Lifecycle;

/// <summary>What became of one thing that was wrong.</summary>
/// <param name="What">One line for the user.</param>
/// <param name="IsGood">Whether all is well again.</param>
internal sealed record RepairOutcome(string What, bool IsGood);

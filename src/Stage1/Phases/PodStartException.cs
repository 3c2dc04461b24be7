namespace Stage1.Phases;

/// <summary>A pod that cannot start for a reason other than a failed system call of this process.</summary>
internal sealed class PodStartException(string message) : Exception(message);

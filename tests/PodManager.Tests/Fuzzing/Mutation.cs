namespace PodManager.Tests.Fuzzing;

/// <summary>One change of an input. Numbers are reduced to what fits when it is applied, so that every mutation is valid for every input.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Position">Where.</param>
/// <param name="Length">To how many bytes.</param>
/// <param name="Value">With what: a bit, a byte, a word of the list, another seed.</param>
internal sealed record Mutation(MutationKind Kind, int Position, int Length, int Value);

namespace PodManager.Tests.Fuzzing;

/// <summary>An input, and how it was made.</summary>
internal sealed record FuzzInput(int Seed, IReadOnlyList<Mutation> Mutations, byte[] Bytes)
{
    public override string ToString() => $"seed {Seed}, {string.Join("; ", Mutations)}";
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace PodManager.Tests.Fuzzing;

/// <summary>Makes inputs from valid ones: each a seed and a few mutations, of which those that do not matter can be left out again.</summary>
/// <param name="seeds">Valid inputs.</param>
/// <param name="words">What means something to the parser.</param>
/// <param name="repair">Makes checksums right again; null if there are none.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<string> words, Action<byte[]>? repair = null)
{
    private const int MostMutations = 6;
    private const int LongestRange = 2048;

    private static readonly byte[][] Numbers =
    [
        .. new[]
        {
            "0", "-1", "1", "00", "-0", "127", "128", "255", "256", "65535", "65536", "1048576", "1048577", "4194304", "4194305", "2147483647", "2147483648", "4294967295", "4294967296",
            "8589934591", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999999999999", "1e400", "1.5", "0x7f", "",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private readonly byte[][] _words = [.. words.Select(Encoding.Latin1.GetBytes)];

    /// <summary>The inputs; a failing one is made as small as it gets.</summary>
    public Arbitrary<FuzzInput> Inputs() => Arb.From(Generator(), Smaller);

    private Gen<FuzzInput> Generator()
    {
        Gen<Mutation> mutation =
            from kind in Gen.Choose(0, (int)MutationKind.LeaveChecksums)
            from position in Gen.Choose(0, int.MaxValue - 1)
            from length in Gen.Choose(1, LongestRange)
            from value in Gen.Choose(0, int.MaxValue - 1)
            select new Mutation((MutationKind)kind, position, length, value);
        return
            from seed in Gen.Choose(0, seeds.Count - 1)
            from count in Gen.Frequency((3, Gen.Constant(1)), (2, Gen.Constant(2)), (1, Gen.Choose(3, MostMutations)))
            from mutations in mutation.ArrayOf(count)
            select Make(seed, mutations);
    }

    private IEnumerable<FuzzInput> Smaller(FuzzInput input) =>
        input.Mutations.Select((_, left) => Make(input.Seed, [.. input.Mutations.Where((_, i) => i != left)]));

    private FuzzInput Make(int seed, Mutation[] mutations)
    {
        List<byte> bytes = [.. seeds[seed]];
        foreach (Mutation mutation in mutations)
        {
            Apply(bytes, mutation);
        }

        byte[] whole = [.. bytes];
        if (!mutations.Any(static mutation => mutation.Kind == MutationKind.LeaveChecksums))
        {
            repair?.Invoke(whole);
        }

        return new FuzzInput(seed, mutations, whole);
    }

    private void Apply(List<byte> bytes, Mutation mutation)
    {
        int at = bytes.Count == 0 ? 0 : mutation.Position % bytes.Count;
        int length = Math.Min(mutation.Length, bytes.Count - at);
        switch (mutation.Kind)
        {
            case MutationKind.FlipBit when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << (mutation.Value % 8));
                break;
            case MutationKind.SetByte when bytes.Count > 0:
                bytes[at] = (byte)mutation.Value;
                break;
            case MutationKind.Truncate:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case MutationKind.Delete:
                bytes.RemoveRange(at, Math.Min(length, Math.Max(1, bytes.Count / 4)));
                break;
            case MutationKind.Duplicate:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case MutationKind.Splice:
                bytes.InsertRange(at, Piece(mutation));
                break;
            case MutationKind.Overwrite:
                Write(bytes, at, Piece(mutation));
                break;
            case MutationKind.InsertWord:
                bytes.InsertRange(at, _words[mutation.Value % _words.Length]);
                break;
            case MutationKind.OverwriteWord:
                Write(bytes, at, _words[mutation.Value % _words.Length]);
                break;
            case MutationKind.ReplaceNumber or MutationKind.OverwriteNumber:
                ChangeNumber(bytes, at, Numbers[mutation.Value % Numbers.Length], mutation.Kind == MutationKind.OverwriteNumber);
                break;
            case MutationKind.ReplaceValue:
                ChangeValue(bytes, at, _words[mutation.Value % _words.Length]);
                break;
        }
    }

    /// <summary>A range of some seed.</summary>
    private byte[] Piece(Mutation mutation)
    {
        byte[] other = seeds[mutation.Value % seeds.Count];
        int start = other.Length == 0 ? 0 : mutation.Value / seeds.Count % other.Length;
        return other[start..Math.Min(other.Length, start + mutation.Length)];
    }

    private static void Write(List<byte> bytes, int at, byte[] what)
    {
        for (int i = 0; i < what.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = what[i];
        }
    }

    private static void ChangeValue(List<byte> bytes, int at, byte[] word)
    {
        int start = bytes.FindIndex(at, static value => value is (byte)':' or (byte)'=') + 1;
        if (start == 0)
        {
            return;
        }

        bool isQuoted = false;
        int end = start;
        while (end < bytes.Count && (isQuoted || bytes[end] is not ((byte)',' or (byte)'}' or (byte)']' or (byte)'\n')))
        {
            isQuoted ^= bytes[end++] == (byte)'"';
        }

        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, word);
    }

    private static void ChangeNumber(List<byte> bytes, int at, byte[] number, bool keepLength)
    {
        int start = bytes.FindIndex(at, static value => value is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
        {
            return;
        }

        int end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        bytes.RemoveRange(start, end - start);
        byte[] padded = [.. Enumerable.Repeat((byte)'0', Math.Max(0, end - start - number.Length)), .. number];
        bytes.InsertRange(start, keepLength ? padded[..(end - start)] : number);
    }
}

namespace PodManager.Images.Tar;

/// <summary>Where the content of files with holes belongs: GNU's formats 0.0, 0.1 and 1.0 in extended headers (tar(5)).</summary>
internal static class TarSparse
{
    /// <summary>More regions than any file has that is worth its map.</summary>
    public const int RegionLimit = 1 << 20;

    /// <summary>Whether the map stands in front of the entry's content, as in format 1.0.</summary>
    public static bool IsMapInContent(PaxRecords pax) => pax.FindNumber("GNU.sparse.major"u8) == 1;

    /// <returns>Null if the entry is not sparse, or its map is in its content.</returns>
    public static List<TarRegion>? FromHeader(PaxRecords pax)
    {
        if (IsMapInContent(pax))
        {
            return null;
        }

        byte[]? map = pax.Find("GNU.sparse.map"u8);
        if (map is not null)
        {
            return Pair([.. SplitNumbers(map)]);
        }

        if (pax.Find("GNU.sparse.numblocks"u8) is null)
        {
            return null;
        }

        return Pair([.. pax.All
            .Where(static record => record.Key.AsSpan().SequenceEqual("GNU.sparse.offset"u8) || record.Key.AsSpan().SequenceEqual("GNU.sparse.numbytes"u8))
            .Select(static record => PaxRecords.ParseNumber(record.Value))]);
    }

    /// <summary>Reads the map in front of the content: the number of regions, and offset and length of each, a line per number.</summary>
    /// <param name="nextBlock">Gives the next block of the content.</param>
    public static List<TarRegion> FromContent(Func<byte[]> nextBlock)
    {
        List<long> numbers = [];
        List<byte> digits = [];
        long expected = 1;
        while (numbers.Count < expected)
        {
            foreach (byte character in nextBlock())
            {
                if (character != '\n')
                {
                    digits.Add(character);
                    continue;
                }

                numbers.Add(PaxRecords.ParseNumber([.. digits]));
                digits.Clear();
                if (numbers.Count == 1)
                {
                    if (numbers[0] is < 0 or > RegionLimit)
                    {
                        throw Damaged();
                    }

                    expected = 1 + (2 * numbers[0]);
                }

                if (numbers.Count == expected)
                {
                    break; // the rest of the block is padding
                }
            }
        }

        return Pair([.. numbers.Skip(1)]);
    }

    /// <summary>A map must go upwards, cover what is stored exactly, and end within the file.</summary>
    public static void Check(IReadOnlyList<TarRegion> regions, long storedBytes, long sizeBytes)
    {
        long end = 0;
        long sum = 0;
        foreach (TarRegion region in regions)
        {
            if (region.Length < 0 || region.Offset < end || region.Offset > sizeBytes - region.Length)
            {
                throw Damaged();
            }

            end = region.Offset + region.Length;
            sum += region.Length;
        }

        if (sum != storedBytes)
        {
            throw new InvalidDataException("a sparse file's map does not fit its content");
        }
    }

    private static IEnumerable<long> SplitNumbers(byte[] map) =>
        System.Text.Encoding.ASCII.GetString(map).Split(',').Select(static number => PaxRecords.ParseNumber(System.Text.Encoding.ASCII.GetBytes(number)));

    private static List<TarRegion> Pair(long[] numbers) => numbers.Length % 2 == 0
        ? [.. numbers.Chunk(2).Select(static pair => new TarRegion(pair[0], pair[1]))]
        : throw Damaged();

    private static InvalidDataException Damaged() => new("a sparse file's map is damaged");
}

using PodManager.Images.Layers;
using PodManager.Images.Tar;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>The headers of archives, in all formats.</summary>
public sealed class TarFuzzTests
{
    [Fact]
    public Task Headers() => Fuzz.RunAsync("tar", new Mutator(TarSeeds.All, TarSeeds.Words, TarSeeds.Repair), static input => Read(new MemoryStream(input)), IsDocumented);

    [Fact]
    public Task Headers_in_a_pipe() => Fuzz.RunAsync("tar-pipe", new Mutator(TarSeeds.All, TarSeeds.Words, TarSeeds.Repair), static input => Read(new Pipe(input)), IsDocumented);

    internal static bool IsDocumented(Exception failure) => failure is InvalidDataException;

    private static void Read(Stream archive)
    {
        using TarReader reader = new(archive);
        while (reader.Next() is { } entry)
        {
            _ = EntryPath.Parse(entry.Name);
            if (entry.Type == TarEntryType.HardLink)
            {
                _ = EntryPath.Parse(entry.LinkTarget);
            }

            // What the unpacker relies on.
            long stored = 0;
            while (reader.ReadContent() is { IsEmpty: false } piece)
            {
                stored += piece.Length;
            }

            if (entry.SizeBytes < 0 || entry.ModifiedNanoseconds > 999_999_999 || stored != (entry.Regions?.Sum(static region => region.Length) ?? entry.SizeBytes))
            {
                throw new InvalidOperationException($"the entry has {entry.SizeBytes} bytes, {stored} stored, {entry.ModifiedNanoseconds} ns");
            }
        }
    }

    /// <summary>Cannot be sought, and gives a little at a time.</summary>
    private sealed class Pipe(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 700));
    }
}

using Common.Native;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Store;
using PodManager.Tests.Images;
using PodManager.Tests.Store;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>Whole layers: decompressed and unpacked.</summary>
public sealed class LayerFuzzTests
{
    private const int OutputLimitBytes = 4 << 20;
    private static readonly Dictionary<ulong, UInt128> NoHashes = [];

    [Fact]
    public Task Compressed_data()
    {
        byte[] archive = TarSeeds.All[2];
        using ZstdSharp.Compressor zstd = new();
        byte[][] seeds = [TestImage.Compress(archive), zstd.Wrap(archive).ToArray(), TestImage.Compress(new byte[100_000]), zstd.Wrap(new byte[100_000]).ToArray(), archive];
        string[] words = ["\u001f\u008b", "\u001f\u008b\u0008\u001c", "\u0028\u00b5\u002f\u00fd", "\u0050\u002a\u004d\u0018\u00ff\u00ff\u00ff\u00ff", "BZh", "\0", "\u00ff\u00ff\u00ff\u00ff", "\u00fd7zXZ\0"];
        return Fuzz.RunAsync("decompression", new Mutator(seeds, words), Decompress, static failure => failure is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException);
    }

    /// <summary>Whatever it is, it stays below its directory.</summary>
    [RootFact]
    public async Task Unpacking()
    {
        using TemporaryDirectory directory = new();
        string outside = Directory.CreateDirectory(directory["outside"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "file"), "untouched", TestContext.Current.CancellationToken);
        int number = 0;
        await Fuzz.RunAsync(
            "layer",
            new Mutator(TarSeeds.All, [.. TarSeeds.Words, "../../outside/file", outside, outside + "/file", "/proc/self/root"], TarSeeds.Repair),
            input =>
            {
                string layer = Directory.CreateDirectory(directory[$"layers/{number++}/root"]).FullName;
                try
                {
                    LayerContent content = LayerUnpacker.Unpack(new MemoryStream(input), layer, CancellationToken.None);
                    Assert.True(content.Entries >= 0);

                    // What is noted of a layer while it is unpacked is what somebody finds who reads it.
                    Assert.Equal(LayerMeasure.Of(layer, content.FileHashes, CancellationToken.None), LayerMeasure.Of(layer, NoHashes, CancellationToken.None));
                }
                catch (Exception refused) when (refused is InvalidDataException or NativeException)
                {
                    // Half of it may be there, but nothing outside.
                }

                using (Fd parent = Files.Open(directory.Path, Tmds.Linux.LibC.O_RDONLY))
                {
                    TreeRemover.Remove(parent, "layers");
                }

                Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "file")));
                Assert.Single(Directory.GetFileSystemEntries(outside));
                Assert.Single(Directory.GetFileSystemEntries(directory.Path));
            },
            static _ => false,
            share: 10);
    }

    private static void Decompress(byte[] input)
    {
        using Stream plain = Decompression.OpenAsync(new MemoryStream(input), CancellationToken.None).GetAwaiter().GetResult();
        byte[] piece = new byte[16 << 10];
        int got;
        for (int sum = 0; sum < OutputLimitBytes && (got = plain.ReadAsync(piece).AsTask().GetAwaiter().GetResult()) > 0; sum += got)
        {
        }
    }
}

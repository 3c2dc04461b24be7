using PodManager.Images;
using PodManager.Images.Layers;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;
using PodManager.Tests.Images.Tar;
using PodManager.Tests.Store;
using Xunit;
using ZstdSharp;

namespace PodManager.Tests.Images.Layers;

public sealed class LayerPipelineTests : IDisposable
{
    private static readonly byte[] Archive = new TarBuilder().File("file", new string('x', 300_000)).Build();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RootFact]
    public async Task Gzip_zstd_and_plain_layers_are_told_by_their_first_bytes()
    {
        using Compressor zstd = new();
        byte[] skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        await UnpacksAsync(TestImage.Compress(Archive));
        await UnpacksAsync(zstd.Wrap(Archive).ToArray());
        await UnpacksAsync([.. skippable, .. zstd.Wrap(Archive), .. skippable]);
        await UnpacksAsync(Archive);
    }

    [RootFact]
    public async Task Several_gzip_members_are_one_layer() =>
        await UnpacksAsync([.. TestImage.Compress(Archive[..100_000]), .. TestImage.Compress(Archive[100_000..])]);

    [RootFact]
    public async Task What_lies_behind_the_compressed_data_is_verified_too()
    {
        byte[] blob = [.. TestImage.Compress(Archive), 1, 2, 3];
        await UnpacksAsync(blob);

        byte[] changed = [.. blob[..^1], 4];
        await FailsAsync<PodctlException>(changed, ContentHash.Of(blob), ContentHash.Of(Archive));
    }

    [RootFact]
    public async Task A_changed_blob_is_found_by_its_digest_and_not_by_chance()
    {
        byte[] blob = TestImage.Compress(Archive);
        foreach (int at in (int[])[0, 20, blob.Length / 2, blob.Length - 1])
        {
            byte[] changed = [.. blob];
            changed[at] ^= 0x55;
            PodctlException failure = await FailsAsync<PodctlException>(changed, ContentHash.Of(blob), ContentHash.Of(Archive));
            Assert.Contains("has the digest", failure.Message, StringComparison.Ordinal);
        }
    }

    [RootFact]
    public async Task A_layer_that_is_another_without_its_compression_is_refused()
    {
        byte[] blob = TestImage.Compress(Archive);

        InvalidDataException failure = await FailsAsync<InvalidDataException>(blob, ContentHash.Of(blob), ContentHash.Of("other"u8));

        Assert.Contains(ContentHash.Of(Archive).ToString(), failure.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Compressed_data_that_ends_too_early_is_refused()
    {
        using Compressor zstd = new();
        foreach (byte[] whole in (byte[][])[TestImage.Compress(Archive), zstd.Wrap(Archive).ToArray()])
        {
            byte[] blob = whole[..(whole.Length / 2)];
            _ = await FailsAsync<InvalidDataException>(blob, ContentHash.Of(blob), ContentHash.Of(Archive));
        }
    }

    [RootFact]
    public async Task Damaged_compressed_data_is_refused()
    {
        byte[] blob = TestImage.Compress(Archive);
        blob.AsSpan(12, 20).Fill(0xff);

        _ = await FailsAsync<InvalidDataException>(blob, ContentHash.Of(blob), ContentHash.Of(Archive));
    }

    [RootFact]
    public async Task Other_compression_is_refused_by_name()
    {
        byte[] xz = [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, .. new byte[1000]];
        byte[] bzip2 = [.. "BZh91AY"u8, .. new byte[1000]];

        Assert.Contains("xz", (await FailsAsync<InvalidDataException>(xz, ContentHash.Of(xz), ContentHash.Of(Archive))).Message, StringComparison.Ordinal);
        Assert.Contains("bzip2", (await FailsAsync<InvalidDataException>(bzip2, ContentHash.Of(bzip2), ContentHash.Of(Archive))).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task An_archive_that_fails_in_the_middle_fails_the_layer_without_waiting_for_its_end()
    {
        byte[] archive = [.. new TarBuilder().File("../escape").Build(), .. new byte[50_000_000]];
        byte[] blob = TestImage.Compress(archive);

        InvalidDataException failure = await FailsAsync<InvalidDataException>(blob, ContentHash.Of(blob), ContentHash.Of(archive));

        Assert.Contains("escape", failure.Message, StringComparison.Ordinal);
    }

    private async Task UnpacksAsync(byte[] blob)
    {
        FakeProgress progress = new();

        LayerContent content = await UnpackAsync(blob, ContentHash.Of(blob), ContentHash.Of(Archive), progress);

        Assert.Equal((1, 300_000), (content.Entries, content.SizeBytes));
        Assert.Equal(blob.Length, Assert.Single(progress.Items).Done);
    }

    private async Task<T> FailsAsync<T>(byte[] blob, Digest digest, Digest diffId)
        where T : Exception => await Assert.ThrowsAsync<T>(() => UnpackAsync(blob, digest, diffId, new FakeProgress()));

    private async Task<LayerContent> UnpackAsync(byte[] blob, Digest digest, Digest diffId, FakeProgress progress)
    {
        string target = _directory[Guid.NewGuid().ToString("N")];
        _ = Directory.CreateDirectory(target);
        ResolvedLayer layer = new(new Blob(digest, blob.Length, ""), diffId);
        return await LayerPipeline.UnpackAsync(new MemoryStream(blob), layer, target, progress.Start("x", null), TestContext.Current.CancellationToken);
    }
}

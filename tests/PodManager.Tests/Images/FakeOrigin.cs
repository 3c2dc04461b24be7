using PodManager.Images;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Tests.Images;

/// <summary>Documents by digest; the first is what the reference names.</summary>
internal sealed class FakeOrigin : IImageOrigin
{
    private readonly Dictionary<Digest, ImageDocument> _documents = [];
    private ImageDocument? _named;

    public FakeOrigin Add(byte[] content, string mediaType)
    {
        ImageDocument document = new(ContentHash.Of(content), mediaType, content);
        _named ??= document;
        _documents[document.Digest] = document;
        return this;
    }

    public FakeOrigin Add(TestImage image) => Add(image.Manifest, image.ManifestType).Add(image.Config, image.ConfigType);

    public Task<ImageDocument> ReadNamedAsync(CancellationToken ct) => Task.FromResult(_named!);

    public Task<ImageDocument> ReadAsync(Blob blob, CancellationToken ct) => Task.FromResult(_documents[blob.Digest]);

    public Task<Stream> OpenAsync(Blob blob, CancellationToken ct) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

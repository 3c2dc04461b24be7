using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>A small piece of an image that is kept byte by byte, so that its digest can be verified again.</summary>
internal sealed record ImageDocument(Digest Digest, string MediaType, ReadOnlyMemory<byte> Content);

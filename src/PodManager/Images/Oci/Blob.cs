using PodManager.Pods;

namespace PodManager.Images.Oci;

/// <summary>A piece of an image that is to be had: its digest and its length, which are verified.</summary>
internal sealed record Blob(Digest Digest, long SizeBytes, string MediaType)
{
    /// <exception cref="PodctlException">The descriptor is incomplete.</exception>
    public static Blob From(OciDescriptor descriptor, string what)
    {
        if (!Digest.TryParse(descriptor.Digest ?? "", out Digest? digest))
        {
            throw new PodctlException(ExitCode.Failed, $"{what} has no valid digest: '{descriptor.Digest}'");
        }

        return descriptor.Size >= 0
            ? new Blob(digest, descriptor.Size, descriptor.MediaType ?? "")
            : throw new PodctlException(ExitCode.Failed, $"{what} has no size");
    }
}

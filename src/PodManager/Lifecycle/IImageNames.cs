using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Knows what short names stand for on this host.</summary>
internal interface IImageNames
{
    /// <summary>The image that is meant; the same if its name is complete, or if the host's settings say nothing about it.</summary>
    /// <exception cref="PodctlException">The name can be several images', or a settings file is damaged.</exception>
    ImageRef Resolve(ImageRef image);
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Looks for damage in the image store, and takes what is damaged out of it.</summary>
internal interface IStoreChecker
{
    /// <summary>Everything that is wrong. Nothing is changed.</summary>
    /// <param name="isDeep">Whether the content of every file is compared with what was fetched.</param>
    /// <param name="image">Only this one; null for the whole store.</param>
    /// <param name="ct">Ends it early.</param>
    IReadOnlyList<StoreFault> Check(bool isDeep, Digest? image, CancellationToken ct);

    /// <summary>Takes the fault's file or directory away, so that it can be fetched again.</summary>
    /// <returns>Null, or why it was left as it is: somebody needs it.</returns>
    string? Remove(StoreFault fault);

    /// <summary>The names of an image, as far as they can be read.</summary>
    IReadOnlyList<string> NamesOf(Digest image);

    /// <summary>Forgets an image that cannot be had any more: its record and its names.</summary>
    void Forget(Digest image);
}

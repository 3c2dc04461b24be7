namespace PodManager.Lifecycle;

/// <summary>Takes the progress of long work, such as a fetch of several layers at once; drawn or printed by Output. Safe to call from any thread.</summary>
internal interface IProgressSink
{
    /// <summary>Whether anybody sees it. If not, a total that takes work to find is not wanted.</summary>
    bool IsShown => true;

    /// <summary>Starts one line, such as `Downloading sha256:6089112fedd`.</summary>
    /// <param name="label">What is done, and to what.</param>
    /// <param name="totalBytes">The work in bytes; null if unknown.</param>
    IProgressItem Start(string label, long? totalBytes);
}

/// <summary>One line of progress. Disposing it says that the work ended, well or not.</summary>
internal interface IProgressItem : IDisposable
{
    /// <summary>So many bytes more are done.</summary>
    void Advance(long bytes);

    /// <summary>The work is complete.</summary>
    void Complete();
}

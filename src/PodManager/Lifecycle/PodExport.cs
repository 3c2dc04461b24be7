using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>An app of a pod that has ended, as it becomes an image.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="App">The app.</param>
/// <param name="Upper">Overlay's upper directory; null if the app was never started.</param>
/// <param name="Ids">The pod's.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Note">Told what is left out.</param>
internal sealed record PodExport(PodRecord Pod, PodApp App, string? Upper, IdShift Ids, DateTimeOffset Ended, Action<string> Note);

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Pods whose apps come and go while they run.</summary>
internal interface ISandboxes
{
    /// <summary>Adds an app, which is not started.</summary>
    /// <param name="id">The pod.</param>
    /// <param name="options">What the app is to be.</param>
    /// <param name="volumes">Its volumes, beside those that the pod has.</param>
    /// <param name="fetch">Whether and how its image is fetched.</param>
    /// <param name="ct">Gives it up.</param>
    /// <returns>The app's name.</returns>
    /// <exception cref="PodctlException">Nothing of the app is left.</exception>
    Task<AppName> AddAsync(PodId id, AppOptions options, IReadOnlyList<PodVolume> volumes, FetchOptions fetch, CancellationToken ct);

    /// <summary>Starts an app, and waits until it is up; one that runs does already.</summary>
    void Start(PodId id, AppName app, CancellationToken ct);

    /// <summary>Stops an app in order, and waits for it; one that does not run is stopped already.</summary>
    void Stop(PodId id, AppName app, CancellationToken ct);

    /// <summary>Stops an app in order if it runs, and starts it.</summary>
    void Restart(PodId id, AppName app, CancellationToken ct);

    /// <summary>Stops an app if it runs, and removes it with all its files, also from a pod that has ended.</summary>
    void Remove(PodId id, AppName app);
}

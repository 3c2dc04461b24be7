using PodManager.Lifecycle;

namespace PodManager.Systemd;

/// <summary>The rest of a request whose first half was sent.</summary>
internal sealed class Pending<T>(Func<CancellationToken, T> finish) : IPending<T>
{
    public T Wait(CancellationToken ct) => finish(ct);
}

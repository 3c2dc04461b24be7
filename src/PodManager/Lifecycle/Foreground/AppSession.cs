namespace PodManager.Lifecycle.Foreground;

/// <summary>An app that the user is connected with.</summary>
internal sealed class AppSession(string name, IAppStreams streams, EndFifo end) : IDisposable
{
    public string Name => name;

    public IAppStreams Streams => streams;

    /// <summary>Tells that the app's status is written.</summary>
    public EndFifo End => end;

    public bool HasEnded { get; private set; }

    /// <summary>To be called when <see cref="End"/> says something.</summary>
    public void LookForEnd()
    {
        if (end.HasEnded() && !HasEnded)
        {
            HasEnded = true;
            streams.AppHasEnded();
        }
    }

    public void Dispose()
    {
        streams.Dispose();
        end.Dispose();
    }
}

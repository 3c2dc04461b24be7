namespace PodManager.Lifecycle.Foreground;

/// <summary>Looks in what the user types for ^P ^Q, by which one leaves an app and lets it run, as docker(1) and podman(1) have it.</summary>
internal sealed class DetachKeys
{
    private const byte First = 0x10;
    private const byte Second = 0x11;

    private bool _hasFirst;

    /// <param name="typed">What came now.</param>
    /// <param name="rest">What of it, and of before, is for the app: a first key waits for the one that follows.</param>
    /// <returns>Whether the user wants to leave.</returns>
    public bool Read(ReadOnlySpan<byte> typed, List<byte> rest)
    {
        foreach (byte key in typed)
        {
            if (_hasFirst && key == Second)
            {
                return true;
            }

            if (_hasFirst)
            {
                rest.Add(First);
            }

            _hasFirst = key == First;
            if (!_hasFirst)
            {
                rest.Add(key);
            }
        }

        return false;
    }
}

namespace PodManager.Lifecycle.Foreground;

/// <summary>Where an app's output goes for the user.</summary>
internal interface IOutput
{
    /// <summary>Writes all of it.</summary>
    /// <exception cref="Common.Native.NativeException">It cannot be written: EPIPE if nobody reads any more.</exception>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Nothing more comes.</summary>
    void Finish();
}

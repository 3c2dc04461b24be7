namespace PodManager.Output;

/// <summary>How fast work gets ahead.</summary>
/// <param name="started">A time stamp.</param>
internal sealed class TransferRate(long started)
{
    private const double ShortestSampleSeconds = 0.5;

    private (long Time, long Bytes, double Rate) _sample = (started, 0, 0);

    /// <summary>Bytes per second; 0 while nothing is known.</summary>
    /// <param name="doneBytes">How much is done in all.</param>
    /// <param name="now">A time stamp.</param>
    /// <param name="time">Whose time stamps these are.</param>
    public double After(long doneBytes, long now, TimeProvider time)
    {
        double seconds = time.GetElapsedTime(_sample.Time, now).TotalSeconds;
        if (seconds >= ShortestSampleSeconds)
        {
            // Half of what it was, half of what it is: calm, and still honest after a few seconds.
            double rate = (doneBytes - _sample.Bytes) / seconds;
            _sample = (now, doneBytes, _sample.Rate == 0 ? rate : (_sample.Rate + rate) / 2);
        }

        return _sample.Rate;
    }
}

using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>Shows progress to programs: a JSON object a line on standard error, when a piece of work starts, ten times a second at most, and when it ends.</summary>
internal sealed class ProgressJson(Printer error, TimeProvider time) : IProgressSink
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private int _started;

    public IProgressItem Start(string label, long? totalBytes)
    {
        lock (_lock)
        {
            Item item = new(this, ++_started, label, totalBytes, time.GetTimestamp());
            item.Write("started");
            return item;
        }
    }

    private sealed class Item(ProgressJson sink, int id, string label, long? totalBytes, long started) : IProgressItem
    {
        private readonly TransferRate _rate = new(started);
        private long _doneBytes;
        private long _lastWritten = started;
        private bool _hasEnded;

        public void Advance(long bytes)
        {
            lock (sink._lock)
            {
                _doneBytes += bytes;
                if (!_hasEnded && sink.HasPassed(_lastWritten))
                {
                    Write("running");
                }
            }
        }

        public void Complete() => End("done");

        public void Dispose() => End("failed");

        public void Write(string state)
        {
            long now = sink.Now;
            _lastWritten = now;
            ProgressView view = new(id, label, _doneBytes, totalBytes, (long)_rate.After(_doneBytes, now, sink.Time), state);
            sink.Write(view);
        }

        private void End(string state)
        {
            lock (sink._lock)
            {
                if (!_hasEnded)
                {
                    _hasEnded = true;
                    Write(state);
                }
            }
        }
    }

    private TimeProvider Time => time;

    private long Now => time.GetTimestamp();

    private bool HasPassed(long since) => time.GetElapsedTime(since) >= Interval;

    private void Write(ProgressView view) => error.Line(JsonText.Write(view, OutputJson.Default.ProgressView, isPretty: false));
}

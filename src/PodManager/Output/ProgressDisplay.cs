using System.Text;
using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>
/// Shows progress on standard error: on a terminal one line per item that is redrawn in place, else a plain line now and then. The cursor
/// rests below the lines and is never hidden, so that nothing needs to be restored whatever ends the program.
/// </summary>
/// <param name="error">Standard error.</param>
/// <param name="isDrawing">Whether it is a terminal that is drawn on.</param>
/// <param name="size">The terminal's.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressDisplay(Printer error, bool isDrawing, Func<(int Columns, int Rows)> size, TimeProvider time) : IProgressSink
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();

    // Those that are still drawn; ended ones leave from the top.
    private readonly List<Item> _items = [];
    private int _drawnLines;
    private long _lastDrawn;

    public IProgressItem Start(string label, long? totalBytes)
    {
        lock (_lock)
        {
            Item item = new(this, label, totalBytes, time.GetTimestamp());
            if (isDrawing)
            {
                _items.Add(item);
                Draw(isForced: false);
            }

            return item;
        }
    }

    private void Changed(Item item, bool isForced)
    {
        lock (_lock)
        {
            if (isDrawing)
            {
                Draw(isForced);
            }
            else if (item.IsDue(isForced, time))
            {
                error.Line(item.Line(time).Plain);
            }
        }
    }

    private void Draw(bool isForced)
    {
        long now = time.GetTimestamp();
        if (!isForced && _lastDrawn != 0 && time.GetElapsedTime(_lastDrawn, now) < RedrawInterval)
        {
            return;
        }

        _lastDrawn = now;
        (int columns, int rows) = size();
        StringBuilder text = new();
        if (_drawnLines > 0)
        {
            // CSI A: up; CSI J: erase from there (console_codes(4)).
            _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\u001b[{_drawnLines}A\r\u001b[J");
        }

        int ended = _items.FindIndex(static item => !item.HasEnded);
        ended = ended < 0 ? _items.Count : ended;
        foreach (Item item in _items.Take(ended))
        {
            _ = text.Append(item.Line(time).ForTerminal(columns - 1)).Append('\n');
        }

        _items.RemoveRange(0, ended);

        // More than the screen holds could not be redrawn.
        _drawnLines = Math.Min(_items.Count, Math.Max(1, rows - 1));
        foreach (Item item in _items.Take(_drawnLines))
        {
            _ = text.Append(item.Line(time).ForTerminal(columns - 1)).Append('\n');
        }

        error.Text(text.ToString());
    }

    /// <summary>One line.</summary>
    private sealed class Item(ProgressDisplay display, string label, long? totalBytes, long started) : IProgressItem
    {
        private long _done;
        private bool _isComplete;
        private long _lastPrinted = started;
        private readonly TransferRate _rate = new(started);

        public bool HasEnded { get; private set; }

        public void Advance(long bytes)
        {
            _ = Interlocked.Add(ref _done, bytes);
            display.Changed(this, isForced: false);
        }

        public void Complete()
        {
            _isComplete = true;
            HasEnded = true;
            display.Changed(this, isForced: true);
        }

        public void Dispose()
        {
            if (!HasEnded)
            {
                HasEnded = true;
                if (display.IsDrawing)
                {
                    display.Changed(this, isForced: true);
                }
            }
        }

        public bool IsDue(bool isForced, TimeProvider time)
        {
            long now = time.GetTimestamp();
            if (!isForced && time.GetElapsedTime(_lastPrinted, now) < PlainInterval)
            {
                return false;
            }

            _lastPrinted = now;
            return true;
        }

        public ProgressLine Line(TimeProvider time)
        {
            long done = Interlocked.Read(ref _done);
            return new ProgressLine(label, done, totalBytes, _rate.After(done, time.GetTimestamp(), time), _isComplete);
        }
    }

    private bool IsDrawing => isDrawing;
}

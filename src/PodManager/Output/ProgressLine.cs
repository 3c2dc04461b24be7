using System.Globalization;

namespace PodManager.Output;

/// <summary>How far one piece of work is, and how it is shown; pure text.</summary>
internal sealed record ProgressLine(string Label, long DoneBytes, long? TotalBytes, double BytesPerSecond, bool IsComplete)
{
    private const int WidestBar = 30;
    private const int NarrowestBar = 5;

    /// <summary>For a log: `Downloading sha256:6089112fedd 112 KB / 668 KB`.</summary>
    public string Plain => $"{SafeText.Line(Label)} {Amount}";

    private string Amount => TotalBytes is { } total ? $"{Sizes.Decimal(DoneBytes)} / {Sizes.Decimal(total)}" : Sizes.Decimal(DoneBytes);

    /// <summary>For a terminal: with a bar, the rate and the time left, as far as the width allows.</summary>
    public string ForTerminal(int width)
    {
        string label = SafeText.Line(Label);
        string rate = IsComplete || BytesPerSecond <= 0 ? "" : $"  {Sizes.Decimal(BytesPerSecond)}/s{TimeLeft}";
        string line = $"{label} {Amount}{rate}";
        if (TotalBytes is { } total)
        {
            // The brackets, and a space after.
            int bar = Math.Min(WidestBar, width - line.Length - 3);
            line = bar < NarrowestBar ? line : $"{label} {Bar(bar, total)} {Amount}{rate}";
        }

        return line.Length <= width ? line : line[..Math.Max(0, width)];
    }

    private string TimeLeft
    {
        get
        {
            if (TotalBytes is not { } total || DoneBytes >= total)
            {
                return "";
            }

            double seconds = Math.Ceiling((total - DoneBytes) / BytesPerSecond);
            return seconds switch
            {
                < 60 => string.Create(CultureInfo.InvariantCulture, $"  {seconds:0}s"),
                < 3600 => string.Create(CultureInfo.InvariantCulture, $"  {Math.Floor(seconds / 60):0}m{seconds % 60:00}s"),
                < 360_000 => string.Create(CultureInfo.InvariantCulture, $"  {Math.Floor(seconds / 3600):0}h{Math.Floor(seconds % 3600 / 60):00}m"),
                _ => "",
            };
        }
    }

    private string Bar(int width, long total)
    {
        int filled = IsComplete || total <= 0 ? width : (int)(Math.Clamp((double)DoneBytes / total, 0, 1) * width);
        return filled >= width ? $"[{new string('=', width)}]" : $"[{new string('=', filled)}>{new string(' ', width - filled - 1)}]";
    }
}

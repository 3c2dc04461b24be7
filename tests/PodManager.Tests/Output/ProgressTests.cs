using PodManager.Lifecycle;
using PodManager.Output;
using Xunit;

namespace PodManager.Tests.Output;

public sealed class ProgressTests
{
    private static readonly ProgressLine Half = new("Downloading sha256:6089112fedd", 1_860_000, 3_720_000, 930_000, false);

    [Fact]
    public void A_line_has_a_bar_the_rate_and_the_time_left()
    {
        Assert.Equal("Downloading sha256:6089112fedd [===============>              ] 1.86 MB / 3.72 MB  930 KB/s  2s", Half.ForTerminal(200));
        Assert.Equal("Downloading sha256:6089112fedd [==============================] 3.72 MB / 3.72 MB", (Half with { DoneBytes = 3_720_000, IsComplete = true }).ForTerminal(200));
    }

    [Fact]
    public void A_narrow_terminal_has_less()
    {
        Assert.Equal("Downloading sha256:6089112fedd [===>   ] 1.86 MB / 3.72 MB  930 KB/s  2s", Half.ForTerminal(72));
        Assert.Equal("Downloading sha256:6089112fedd 1.86 MB / 3.72 MB  930 KB/s", Half.ForTerminal(58));
        Assert.All(Enumerable.Range(0, 200), static width => Assert.InRange(Half.ForTerminal(width).Length, 0, width));
    }

    [Fact]
    public void Odd_amounts_do_no_harm()
    {
        Assert.Equal("x 5 B", new ProgressLine("x", 5, null, 0, false).ForTerminal(80));
        Assert.Contains("] 9 B / 5 B", new ProgressLine("x", 9, 5, 1, false).ForTerminal(80), StringComparison.Ordinal);
        Assert.Contains("] 0 B / 0 B", new ProgressLine("x", 0, 0, 0, false).ForTerminal(80), StringComparison.Ordinal);
        Assert.Equal(@"\x1b[2J 1 B", new ProgressLine("\u001b[2J", 1, null, 0, false).Plain);
    }

    [Theory]
    [InlineData(45, "45s")]
    [InlineData(61, "1m01s")]
    [InlineData(3720, "1h02m")]
    public void The_time_left_is_short(long seconds, string text) =>
        Assert.EndsWith($"/s  {text}", new ProgressLine("x", 0, seconds, 1, false).ForTerminal(80), StringComparison.Ordinal);

    [Fact]
    public void Into_a_file_there_is_a_line_now_and_then_and_a_last_one()
    {
        ManualTime time = new();
        string path = Path.GetTempFileName();
        using (FileStream file = File.OpenWrite(path))
        using (Printer printer = new((int)file.SafeFileHandle.DangerousGetHandle(), isLineByLine: true))
        {
            ProgressDisplay display = new(printer, isDrawing: false, static () => (80, 24), time);
            using IProgressItem item = display.Start("Downloading x", 3000);
            for (int i = 0; i < 3; i++)
            {
                item.Advance(500);
                time.Now += TimeSpan.FromSeconds(0.6);
            }

            item.Advance(1500);
            item.Complete();
            using IProgressItem failed = display.Start("Downloading y", 10);
        }

        Assert.Equal("Downloading x 1.50 KB / 3.00 KB\nDownloading x 3.00 KB / 3.00 KB\n", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact]
    public void For_programs_there_is_a_JSON_object_a_line()
    {
        ManualTime time = new();
        string path = Path.GetTempFileName();
        using (FileStream file = File.OpenWrite(path))
        using (Printer printer = new((int)file.SafeFileHandle.DangerousGetHandle(), isLineByLine: true))
        {
            ProgressJson progress = new(printer, time);
            using IProgressItem item = progress.Start("Downloading \"x\"\n", 3000);
            item.Advance(500); // too early for a line of its own
            time.Now += TimeSpan.FromSeconds(0.05);
            item.Advance(500);
            time.Now += TimeSpan.FromSeconds(0.95);
            item.Advance(1000);
            using (IProgressItem failed = progress.Start("Reading y", null))
            {
                failed.Advance(7);
            }

            item.Advance(1000);
            item.Complete();
        }

        Assert.Equal(
            """
            {"id":1,"label":"Downloading \"x\"\n","done":0,"total":3000,"rate":0,"state":"started"}
            {"id":1,"label":"Downloading \"x\"\n","done":2000,"total":3000,"rate":2000,"state":"running"}
            {"id":2,"label":"Reading y","done":0,"rate":0,"state":"started"}
            {"id":2,"label":"Reading y","done":7,"rate":0,"state":"failed"}
            {"id":1,"label":"Downloading \"x\"\n","done":3000,"total":3000,"rate":2000,"state":"done"}

            """,
            File.ReadAllText(path));
        File.Delete(path);
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

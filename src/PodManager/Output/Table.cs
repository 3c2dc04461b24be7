using System.Text;

namespace PodManager.Output;

/// <summary>Columns aligned by tabs, so that both people and cut(1) can read them.</summary>
internal sealed class Table
{
    private const int TabWidth = 8;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; its cells are made safe.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(SafeText.Line)]);

    public override string ToString()
    {
        int columns = _rows.Count == 0 ? 0 : _rows.Max(static row => row.Length);
        int[] widths = [.. Enumerable.Range(0, columns).Select(WidthOf)];
        StringBuilder text = new();
        foreach (string[] row in _rows)
        {
            int last = Array.FindLastIndex(row, static cell => cell.Length > 0);
            for (int i = 0; i <= last; i++)
            {
                _ = text.Append(row[i]);
                if (i < last)
                {
                    int missing = widths[i] - Width(row[i]);
                    _ = text.Append('\t', (missing + TabWidth - 1) / TabWidth);
                }
            }

            _ = text.Append('\n');
        }

        return text.ToString();
    }

    // At least one space beyond the longest cell, up to the next tab stop.
    private int WidthOf(int column) =>
        ((_rows.Where(row => column < row.Length).Max(row => Width(row[column])) / TabWidth) + 1) * TabWidth;

    private static int Width(string cell) => cell.EnumerateRunes().Count();
}

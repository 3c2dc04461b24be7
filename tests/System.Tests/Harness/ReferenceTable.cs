using Xunit;

namespace System.Tests.Harness;

/// <summary>Reference.txt: what it says of itself is at its top.</summary>
internal static class ReferenceTable
{
    private const char Column = '│';

    private static readonly string[][] Lines =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Reference.txt"))
            .Where(static line => line.Length > 0 && line[0] is not ('#' or '='))
            .Select(static line => line.Split(Column, StringSplitOptions.TrimEntries)),
    ];

    /// <summary>The commands that make pods, by the pods' names.</summary>
    public static IReadOnlyDictionary<string, string> Pods { get; } =
        Lines.Where(static line => line.Length == 2).ToDictionary(static line => line[0], static line => line[1], StringComparer.Ordinal);

    /// <summary>Section, command, exit code, standard output, standard error.</summary>
    public static TheoryData<string, string, int, string, string> Rows { get; } = [.. Lines.Where(static line => line.Length != 2).Select(static line => line switch
    {
        [string section, string command, string code, .. string[] texts] when texts.Length <= 2 && int.TryParse(code, out int number) =>
            new TheoryDataRow<string, string, int, string, string>(section, command, number, texts.ElementAtOrDefault(0) ?? "", texts.ElementAtOrDefault(1) ?? ""),
        _ => throw new FormatException($"not a row of Reference.txt: {string.Join(Column, line)}"),
    })];
}

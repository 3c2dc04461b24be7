using System.Tests.Harness;
using Xunit;

namespace System.Tests;

/// <summary>The behaviours of Reference.txt, a row each. No row may leave a pod behind.</summary>
public sealed class ReferenceTests(ReferencePods pods) : IClassFixture<ReferencePods>
{
    public static TheoryData<string, string, int, string, string> Rows => ReferenceTable.Rows;

    [SystemTheory]
    [MemberData(nameof(Rows))]
    public async Task It_is_as_the_reference_says(string section, string command, int exitCode, string output, string error)
    {
        CliResult result = (await pods.RunAsync(command, TestContext.Current.CancellationToken)).Expect(exitCode);
        string text = result.Stdout.TrimEnd('\n');
        if (output.StartsWith('~'))
        {
            Assert.Matches($"(?s){output[1..]}", text);
        }
        else
        {
            Assert.Equal(output.Replace('⏎', '\n'), text);
        }

        // What nobody expects on standard error is wrong, too.
        Assert.True(error.Length > 0 || result.Stderr.Length == 0, $"§{section}: {result}");
        Assert.All(error.Split(" … "), part => Assert.Contains(pods.Expand(part), result.Stderr, StringComparison.Ordinal));
    }
}

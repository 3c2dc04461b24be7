using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace System.Tests.Harness;

/// <summary>How a command ended and what it said.</summary>
internal sealed partial record CliResult(string CommandLine, int ExitCode, byte[] Output, byte[] Error, TimeSpan Elapsed)
{
    public string Stdout => Encoding.UTF8.GetString(Output);

    /// <summary>Without the line that a run of an image has which is not to be verified, as most images here are not.</summary>
    public string Stderr => UnverifiedLine().Replace(Encoding.UTF8.GetString(Error), "");

    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails, with all that was said, unless the command ended with this code.</summary>
    public CliResult Expect(int exitCode)
    {
        if (ExitCode != exitCode)
        {
            Assert.Fail($"expected exit code {exitCode} of {this}");
        }

        return this;
    }

    /// <summary>Fails unless podctl gave one clear line on standard error, perhaps with a hint, and nothing on standard output.</summary>
    public CliResult ExpectFailure(int exitCode)
    {
        _ = Expect(exitCode);
        string[] lines = Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        bool isClear = lines.Length is 1 or 2
            && lines[0].StartsWith("podctl: ", StringComparison.Ordinal)
            && lines.Skip(1).All(static line => line.StartsWith("  hint: ", StringComparison.Ordinal))
            && !lines.Any(static line => line.EndsWith('.'))
            && Output.Length == 0;
        if (!isClear)
        {
            Assert.Fail($"expected one clear line, and a hint at most, of {this}");
        }

        return this;
    }

    public override string ToString() =>
        $"`{CommandLine}`\nexit code {ExitCode} after {Elapsed.TotalSeconds:0.00} s\nstdout:\n{Shorten(Stdout)}\nstderr:\n{Shorten(Stderr)}";

    [GeneratedRegex("^podctl: image '[^\n]*' is not verified, as `--insecure-options=image` asks, using it all the same\n", RegexOptions.Multiline)]
    private static partial Regex UnverifiedLine();

    private static string Shorten(string text) => text.Length <= 4000 ? text : $"{text[..2000]}\n[…]\n{text[^2000..]}";
}

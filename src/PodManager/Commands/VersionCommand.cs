using System.CommandLine;
using System.Runtime.InteropServices;

namespace PodManager.Commands;

/// <summary>`podctl version`.</summary>
internal sealed class VersionCommand(CommandContext context) : Verb("version", "Show podctl's version and what it was built with")
{
    public static string Number => typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    public override string Usage => "version";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        context.Out.Line($"podctl Version: {Number}");
        context.Out.Line($".NET Version: {Environment.Version}");
        context.Out.Line($".NET OS/Arch: linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        return Task.FromResult((int)ExitCode.Ok);
    }
}

namespace System.Tests.Harness;

/// <summary>Runs the host's commands.</summary>
internal static class Cli
{
    public static Task<CliResult> RunAsync(CancellationToken ct, string program, params string[] arguments) => RunAsync(ct, new CliOptions(), program, arguments);

    public static async Task<CliResult> RunAsync(CancellationToken ct, CliOptions options, string program, params string[] arguments)
    {
        using CliProcess process = CliProcess.Start(program, arguments, options);
        return await process.FinishAsync(ct);
    }

    /// <summary>Runs a shell script.</summary>
    public static Task<CliResult> ShellAsync(CancellationToken ct, string script) => RunAsync(ct, "/bin/bash", "-c", script);
}

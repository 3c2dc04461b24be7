namespace System.Tests.Harness;

/// <summary>Runs the installed podctl.</summary>
internal static class Podctl
{
    public const string Program = "podctl";

    /// <summary>Images here carry no signature, and the registry speaks plain HTTP.</summary>
    public const string Trust = "--insecure-options=image,http";

    public const string Registry = "docker://127.0.0.1:5000/";

    public const string DataDirectory = "/var/lib/podctl";

    public static Task<CliResult> RunAsync(CancellationToken ct, params string[] arguments) => Cli.RunAsync(ct, Program, arguments);

    public static Task<CliResult> RunAsync(CancellationToken ct, CliOptions options, params string[] arguments) => Cli.RunAsync(ct, options, Program, arguments);
}

namespace System.Tests.Harness;

/// <summary>A `podctl run` to be done.</summary>
internal sealed record Run
{
    private static readonly string[] Schemes = ["docker://", "oci:", "oci-archive:", "docker-archive:", "sha256-", "sha256:"];

    public Run(params string[] command) => Command = command.Length == 0 ? null : command;

    /// <summary>Of the test registry, unless it has a prefix of its own.</summary>
    public string Image { get; init; } = "busybox:latest";

    /// <summary>Before the image.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>After the image.</summary>
    public IReadOnlyList<string> AppFlags { get; init; } = [];

    /// <summary>After `--`; null for none.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Further apps, of which image, flags and command count.</summary>
    public IReadOnlyList<Run> Others { get; init; } = [];

    /// <summary>`prepare` instead of `run`.</summary>
    public string Verb { get; init; } = "run";

    public CliOptions Options { get; init; } = new();

    public bool IsTrusted { get; init; } = true;

    /// <summary>A shell script as the command.</summary>
    public static Run Shell(string script) => new("sh", "-c", script);

    /// <summary>A shell script as the command of an app with a name.</summary>
    public static Run Shell(string app, string script) => Shell(script) with { AppFlags = [$"--name={app}"] };

    /// <summary>On the default network; without it, tests that are about something else stay on none, which is faster.</summary>
    public bool HasNetwork { get; init; }

    public string[] Words(string uuidFile) =>
    [
        Verb,
        .. IsTrusted ? (string[])[Podctl.Trust] : [],
        $"--uuid-file-save={uuidFile}",
        .. HasNetwork || Verb != "run" || Flags.Any(static flag => flag.StartsWith("--net", StringComparison.Ordinal)) ? (string[])[] : ["--net=none"],
        .. Flags,
        .. AppWords,
        .. Others.SelectMany(static other => other.AppWords.Prepend("---")),
    ];

    private string[] AppWords =>
    [
        Schemes.Any(scheme => Image.StartsWith(scheme, StringComparison.Ordinal)) ? Image : Podctl.Registry + Image,
        .. AppFlags,
        .. Command is null ? (string[])[] : ["--", .. Command],
    ];
}

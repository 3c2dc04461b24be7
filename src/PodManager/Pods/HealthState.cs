using System.Globalization;

namespace PodManager.Pods;

/// <summary>
/// What an app's checks have found, as `STATE FAILURES UPTIME [TIME:RESULT]…`, the last first. It is written inside the pod, so that anything else may stand there.
/// </summary>
/// <param name="Status">`starting`, `healthy` or `unhealthy`.</param>
/// <param name="FailingStreak">So many checks have failed since the last that succeeded.</param>
/// <param name="Results">The last first.</param>
internal sealed record HealthState(string Status, int FailingStreak, IReadOnlyList<HealthResult> Results)
{
    /// <summary>More than this is no state.</summary>
    public const int MaxBytes = 4096;

    /// <summary>To this, blanks fill up the line, so that another can overwrite it.</summary>
    public const int PaddedLength = 199;

    /// <summary>How many results are kept.</summary>
    public const int KeptResults = 5;

    private const int FieldsBefore = 3;

    /// <summary>Before anything was found out.</summary>
    public static HealthState Unknown { get; } = new("starting", 0, []);

    /// <returns>Null if it is no state.</returns>
    public static HealthState? Parse(string text)
    {
        string[] words = text.TrimEnd('\n').TrimEnd(' ').Split(' ');
        if (!text.EndsWith('\n') || text.Count(static c => c == '\n') != 1 || words.Length is < FieldsBefore or > FieldsBefore + KeptResults
            || words[0] is not ("starting" or "healthy" or "unhealthy") || !IsNumber(words[1], out long failures) || failures > int.MaxValue || !IsNumber(words[2], out _))
        {
            return null;
        }

        HealthResult?[] results = [.. words.Skip(FieldsBefore).Select(HealthResult.Parse)];
        return results.Contains(null) ? null : new HealthState(words[0], (int)failures, [.. results.OfType<HealthResult>()]);
    }

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>How one check ended.</summary>
/// <param name="At">When.</param>
/// <param name="ExitCode">128 plus the signal that killed it; SIGKILL is for one that took too long, too.</param>
internal sealed record HealthResult(DateTimeOffset At, int ExitCode)
{
    // What systemd says of a check that it could not even begin.
    private const int NotBegun = 125;
    private const int Killed = 137;

    /// <returns>Null if it is none.</returns>
    public static HealthResult? Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return null;
        }

        int? code = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (number <= 255 ? number : null)
            : parts[1] == "timeout" ? Killed
            : parts[1].Length > 0 && char.IsAsciiLetterUpper(parts[1][0]) && Signal.TryParse(parts[1], out Signal? signal) ? 128 + signal.Value.Number
            : parts[1].Length > 0 && parts[1].All(static c => char.IsAsciiLetterLower(c) || c == '-') ? NotBegun : null;
        return code is null ? null : new HealthResult(DateTimeOffset.FromUnixTimeSeconds(seconds), code.Value);
    }
}

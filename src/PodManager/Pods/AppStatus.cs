using System.Globalization;

namespace PodManager.Pods;

/// <summary>
/// How an app ended, in the words of systemd.exec(5), "$EXIT_CODE, $EXIT_STATUS" and "$SERVICE_RESULT": `exited 3 exit-code`, `killed KILL signal`.
/// An app that may be started later than its pod has the time of that start beside them: `exited 3 exit-code 2026-03-17T20:59:05.123456Z`, and `again` after it if it was to be started once more then.
/// It is written inside the pod, so that anything else may stand there.
/// </summary>
/// <param name="Code">What the app exited with, or 128 plus the signal that killed it.</param>
/// <param name="Signal">The signal's name without SIG; null if it exited.</param>
/// <param name="Result">systemd's verdict: `success`, `exit-code`, `signal`, `core-dump`, `timeout`, `oom-kill`…</param>
/// <param name="Finished">When.</param>
internal sealed record AppStatus(int Code, string? Signal, string Result, DateTimeOffset Finished)
{
    private const string StartFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private const string AgainWord = "again";

    /// <summary>When this run of the app began; null if that was not written.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>Another run was to follow: this is not how the app has ended.</summary>
    public bool IsAgain { get; init; }

    /// <summary>More than this is no status.</summary>
    public const int MaxBytes = 4096;

    /// <summary>The verdict on a service of which the kernel has killed a process for want of memory.</summary>
    public const string OomKill = "oom-kill";

    /// <summary>The verdict on an app that was stopped as it was unhealthy.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>To this, blanks fill up a status that another may overwrite.</summary>
    public const int PaddedLength = 100;

    /// <summary>Reads the one line of a status file; without its end it is still being written.</summary>
    /// <returns>Null if it is no status.</returns>
    public static AppStatus? Parse(string text, DateTimeOffset finished)
    {
        string[] words = text.TrimEnd('\n').TrimEnd(' ').Split(' ');
        if (text.Count(static c => c == '\n') != 1 || text[^1] != '\n' || words.Length is not (>= 3 and <= 5) || !words[2].All(static c => char.IsAsciiLetterLower(c) || c == '-') || words[2].Length is 0 or > 32)
        {
            return null;
        }

        DateTimeOffset? started = null;
        if (words.Length == 5 && words[4] != AgainWord)
        {
            return null;
        }

        bool isAgain = words.Length == 5;
        if (words.Length > 3)
        {
            if (!DateTimeOffset.TryParseExact(words[3], StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
            {
                return null;
            }

            started = time;
        }

        switch (words[0])
        {
            case "exited" when int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code <= 255:
                return new AppStatus(code, null, words[2], finished) { Started = started, IsAgain = isAgain };
            case "killed" or "dumped" when words[1].Length > 0 && char.IsAsciiLetterUpper(words[1][0]) && Pods.Signal.TryParse(words[1], out Signal? signal):
                return new AppStatus(128 + signal.Value.Number, words[1], words[2], finished) { Started = started, IsAgain = isAgain };
            default:
                return null;
        }
    }

    /// <summary>The line of a run after which another is started.</summary>
    /// <returns>Null if the line is no status of an app that has its own start, or says so already.</returns>
    public static string? Again(string line) => Parse(line, default) is { Started: not null, IsAgain: false } && $"{line.TrimEnd()} {AgainWord}" is var again && again.Length <= PaddedLength ? again.PadRight(line.Length - 1) + "\n" : null;
}

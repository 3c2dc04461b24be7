using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Decides how an app's health is checked, by its image and the user's flags.</summary>
internal static class HealthDesigner
{
    private const string Overrides = "`--health-cmd` overrides what the image says";

    /// <param name="app">For the message of a failure.</param>
    /// <param name="image">The image's HEALTHCHECK; null if it has none.</param>
    /// <param name="options">What the user wants.</param>
    /// <param name="workingDirectory">The app's.</param>
    /// <returns>Null if there is no check.</returns>
    /// <exception cref="PodctlException">They do not go together.</exception>
    public static HealthCheck? Design(AppName app, ImageHealth? image, HealthOptions options, string workingDirectory)
    {
        if (options.IsOff)
        {
            return null;
        }

        if ((options.Command ?? CommandOf(app, image)) is not { } command)
        {
            return !options.HasDetails ? null : throw new PodctlException(
                ExitCode.RunFailed, $"app '{app}' has no health check that more could be said about", "`--health-cmd` gives it one, as its image has none");
        }

        HealthCheck defaults = new() { Command = [ProgramOf(command[0], workingDirectory), .. command.Skip(1)] };
        return defaults with
        {
            Interval = options.Interval ?? image?.Interval ?? defaults.Interval,
            Timeout = options.Timeout ?? image?.Timeout ?? defaults.Timeout,
            StartPeriod = options.StartPeriod ?? image?.StartPeriod ?? defaults.StartPeriod,
            StartInterval = options.StartInterval ?? image?.StartInterval,
            Retries = options.Retries ?? image?.Retries ?? defaults.Retries,
            OnFailure = options.OnFailure ?? HealthAction.None,
        };
    }

    private static IReadOnlyList<string>? CommandOf(AppName app, ImageHealth? image) => image?.Test switch
    {
        null or [] or ["NONE", ..] => null,
        { } words when words.Any(static word => word.Contains('\0', StringComparison.Ordinal)) => throw NoCommand(app, image),
        ["CMD", { Length: > 0 }, ..] words => [.. words.Skip(1)],
        ["CMD-SHELL", { Length: > 0 } line] => ShellCommand(line),
        _ => throw NoCommand(app, image),
    };

    private static PodctlException NoCommand(AppName app, ImageHealth image) =>
        new(ExitCode.RunFailed, $"the health check '{string.Join(' ', image.Test)}' of the image of app '{app}' is no command", Overrides);

    /// <summary>A command line as the shell of the image understands it.</summary>
    public static IReadOnlyList<string> ShellCommand(string line) => ["/bin/sh", "-c", line];

    // systemd takes a path only if it is absolute; a mere name is looked up when the check runs.
    private static string ProgramOf(string word, string workingDirectory) => word.Contains('/', StringComparison.Ordinal) ? Path.Combine(workingDirectory, word) : word;
}

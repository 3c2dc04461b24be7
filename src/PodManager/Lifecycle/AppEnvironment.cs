using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Puts an app's environment together (DESIGN §5.7; rkt's reference, what an app sees).</summary>
internal static class AppEnvironment
{
    /// <param name="image">The image's own variables beat the defaults.</param>
    /// <param name="options">The user's beat the image's: those for the app before those for the pod.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="user">Whose home directory and name the defaults say.</param>
    /// <param name="terminal">The value of TERM if the app has a terminal.</param>
    /// <returns>`KEY=VALUE`, every key once.</returns>
    public static IReadOnlyList<string> Merge(ImageConfig image, RunOptions options, AppName app, ImageUser user, string? terminal)
    {
        Dictionary<string, string> variables = new()
        {
            ["PATH"] = AppCommand.DefaultPath,
            ["SHELL"] = "/bin/sh",
            ["USER"] = user.Name ?? $"{user.Uid}",
            ["LOGNAME"] = user.Name ?? $"{user.Uid}",
            ["HOME"] = user.Home,
        };
        if (terminal is not null)
        {
            variables["TERM"] = terminal;
        }

        foreach (string variable in image.Environment.Concat(options.PodEnvironment).Concat(options.AppEnvironment))
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[variable[..equals]] = variable[(equals + 1)..];
            }
        }

        variables["AC_APP_NAME"] = app.ToString();
        return [.. variables.Select(static pair => $"{pair.Key}={pair.Value}")];
    }
}

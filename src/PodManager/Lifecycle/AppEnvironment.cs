using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Puts an app's environment together (DESIGN §5.7; rkt's reference, what an app sees).</summary>
internal static class AppEnvironment
{
    /// <summary>Always the app's name.</summary>
    public const string NameVariable = "AC_APP_NAME";

    /// <param name="image">The image's own variables beat the defaults, and what is inherited.</param>
    /// <param name="pod">The user's for all apps beat the image's.</param>
    /// <param name="options">The user's for this app beat all others.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="user">Whose home directory and name the defaults say.</param>
    /// <returns>`KEY=VALUE`, every key once, in an order that does not tell where each came from: what is said again in a manifest makes the same.</returns>
    public static IReadOnlyList<string> Merge(ImageConfig image, PodOptions pod, AppOptions options, AppName app, ImageUser user)
    {
        Dictionary<string, string> variables = new()
        {
            ["PATH"] = AppCommand.DefaultPath,
            ["SHELL"] = "/bin/sh",
            ["USER"] = user.Name ?? $"{user.Uid}",
            ["LOGNAME"] = user.Name ?? $"{user.Uid}",
            ["HOME"] = user.Home,
        };
        foreach (string variable in pod.InheritedEnvironment.Concat(image.Environment).Concat(pod.Environment).Concat(options.Environment))
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[variable[..equals]] = variable[(equals + 1)..];
            }
        }

        variables[NameVariable] = app.ToString();
        return [.. variables.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Tells an app which terminal it has, unless its own variables do.</summary>
    public static IReadOnlyList<string> WithTerminal(IReadOnlyList<string> environment, string terminal) =>
        environment.Any(static variable => variable.StartsWith("TERM=", StringComparison.Ordinal)) ? environment : [.. environment.Append($"TERM={terminal}").Order(StringComparer.Ordinal)];
}

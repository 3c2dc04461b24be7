using System.Globalization;
using Common.Contract;
using Common.Native;
using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Decides what a command in a running app is: by what is recorded of the app, and by what its process has now.</summary>
internal sealed class CommandPlanner(ICallFilters callFilters, Func<IReadOnlyList<string>, IImageRoot> openRoot)
{
    /// <param name="options">What the user wants.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="app">The app.</param>
    /// <param name="process">/proc/PID of a process of the app.</param>
    /// <param name="terminal">TERM, if the command gets a terminal.</param>
    public CommandPlan Plan(ExecOptions options, PodRecord pod, PodApp app, Fd process, string? terminal)
    {
        ImageUser user = UserOf(options, app);
        AppIsolation isolation = options.IsConfined ? app.Isolation : new AppIsolation();
        return new CommandPlan
        {
            Version = CommandPlan.CurrentVersion,
            Arguments = options.Command,
            Environment = EnvironmentOf(options, app, user, terminal),
            WorkingDirectory = options.WorkingDirectory ?? (options.IsConfined ? app.WorkingDirectory : "/"),
            HasUsers = pod.PrivateUsers is not null,
            HasTerminal = options.HasTerminal,
            Uid = user.Uid,
            Gid = user.Gid,
            SupplementaryGids = user.SupplementaryGids.Count > 0 ? [user.Gid, .. user.SupplementaryGids] : [], // as systemd sets them
            DroppedCapabilities = options.IsConfined ? Capabilities.Outside(isolation.Capabilities) : Capabilities.Dropped([.. pod.Apps.Select(static app => app.Isolation.Capabilities)]),
            NoNewPrivileges = isolation.NoNewPrivileges || (options.IsConfined && HasNoNewPrivileges(process)),
            CallFilters = isolation.SystemCalls is { } filter ? callFilters.Compile(filter) : [],
            Limits = options.IsConfined ? LimitsOf(process) : [],
            OomScoreAdjustment = options.IsConfined ? ScoreOf(process) : null,
        };
    }

    /// <summary>The lines of proc_pid_limits(5) are in the order of the resources' numbers; a name may have blanks, the two numbers after it have none.</summary>
    internal static IReadOnlyList<ResourceLimit> ParseLimits(string text)
    {
        const int nameWidth = 26;
        List<ResourceLimit> limits = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] words = line.Length < nameWidth ? [] : line[nameWidth..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && TryParse(words[0], out ulong soft) && TryParse(words[1], out ulong hard))
            {
                limits.Add(new ResourceLimit(limits.Count, soft, hard));
            }
            else
            {
                break; // not the format that is known: no guesses
            }
        }

        return limits;
    }

    private static bool TryParse(string text, out ulong value)
    {
        value = ulong.MaxValue;
        return text == "unlimited" || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <param name="process">/proc/PID.</param>
    internal static IReadOnlyList<ResourceLimit> LimitsOf(Fd process)
    {
        using Fd file = Files.OpenAt(process, "limits", Tmds.Linux.LibC.O_RDONLY);
        return ParseLimits(Files.ReadText(file));
    }

    // systemd before 253 sets it for every user but root, to filter system calls.
    private static bool HasNoNewPrivileges(Fd process)
    {
        using Fd file = Files.OpenAt(process, "status", Tmds.Linux.LibC.O_RDONLY);
        return Files.ReadText(file).Contains("\nNoNewPrivs:\t1\n", StringComparison.Ordinal);
    }

    private static int? ScoreOf(Fd process)
    {
        using Fd file = Files.OpenAt(process, "oom_score_adj", Tmds.Linux.LibC.O_RDONLY);
        return int.TryParse(Files.ReadText(file), NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int score) ? score : null;
    }

    private ImageUser UserOf(ExecOptions options, PodApp app) =>
        options.User is not null ? openRoot(app.Layers).FindUser(options.User)
        : options.IsConfined ? new ImageUser(app.User.Uid, app.User.Gid, app.User.Supplementary, null, "/")
        : new ImageUser(0, 0, [], null, "/root");

    private static IReadOnlyList<string> EnvironmentOf(ExecOptions options, PodApp app, ImageUser user, string? terminal)
    {
        Dictionary<string, string> variables = [];
        void Set(string variable) => variables[variable.Split('=', 2)[0]] = variable;
        foreach (string variable in app.Environment)
        {
            Set(variable);
        }

        if (app.Credentials.Count > 0)
        {
            Set($"CREDENTIALS_DIRECTORY=/run/credentials/{AppUnit.NameOf(app.Name.ToString())}");
        }

        if (options.User is not null)
        {
            Set($"USER={user.Name ?? $"{user.Uid}"}");
            Set($"LOGNAME={user.Name ?? $"{user.Uid}"}");
            Set($"HOME={user.Home}");
        }

        if (terminal is not null)
        {
            Set($"TERM={terminal}");
        }

        foreach (string variable in options.Environment)
        {
            Set(variable);
        }

        return [.. variables.Values];
    }
}

using System.CommandLine;

namespace PodManager.Commands;

/// <summary>Finds the verb in a command line, checks all of its words, and runs it.</summary>
internal sealed class CommandLine
{
    private static readonly ParserConfiguration PlainWords = new() { ResponseFileTokenReplacer = null };

    private readonly CommandContext _context;
    private readonly GlobalFlags _globals = new();
    private readonly Command _root;

    public CommandLine(CommandContext context)
    {
        _context = context;
        _root = new Command("podctl", "Run container images as pods on a systemd host")
        {
            new RunCommand(context, _globals),
            new PrepareCommand(context, _globals),
            new RunPreparedCommand(context, _globals),
            new ListCommand(context, _globals),
            new StatusCommand(context, _globals),
            new InspectCommand(context, _globals),
            new CatManifestCommand(context, _globals),
            new TopCommand(context, _globals),
            new StatsCommand(context, _globals),
            new ExecCommand(context, _globals),
            new EnterCommand(context, _globals),
            new AttachCommand(context, _globals),
            new CpCommand(context, _globals),
            new LogsCommand(context, _globals),
            new StopCommand(context, _globals),
            new KillCommand(context, _globals),
            new PauseCommand(context, _globals),
            new ResumeCommand(context, _globals),
            new UpdateCommand(context, _globals),
            new Command("app", "Work with the apps of pods, and with pods whose apps come and go")
            {
                new AppSandboxCommand(context, _globals),
                new AppAddCommand(context, _globals),
                new AppStartCommand(context, _globals),
                new AppStopCommand(context, _globals),
                new AppRestartCommand(context, _globals),
                new AppRmCommand(context, _globals),
                new ExecCommand(context, _globals),
                new AppListCommand(context, _globals),
                new AppStatusCommand(context, _globals),
            },
            new Command("network", "Look at the networks that pods can join")
            {
                new NetworkListCommand(context, _globals),
                new NetworkInspectCommand(context, _globals),
                new NetworkReloadCommand(context, _globals),
                new NetworkReleaseCommand(context, _globals),
            },
            new RmCommand(context, _globals),
            new ExportCommand(context, _globals),
            new GcCommand(context, _globals),
            new FetchCommand(context, _globals),
            new Command("image", "Work with the images in the store")
            {
                new FetchCommand(context, _globals),
                new ImageListCommand(context, _globals),
                new ImageRmCommand(context, _globals),
                new ImageGcCommand(context, _globals),
                new ImageInspectCommand(context, _globals),
                new ImageCatManifestCommand(context, _globals),
                new ImageVerifyCommand(context, _globals),
                new ImageFsckCommand(context, _globals),
                new ImageExportCommand(context, _globals),
                new ImageExtractCommand(context, _globals),
                new ImageRenderCommand(context, _globals),
            },
            new LoginCommand(context, _globals),
            new LogoutCommand(context, _globals),
            new TrustCommand(context, _globals)
            {
                new TrustAddCommand(context, _globals),
                new TrustListCommand(context, _globals),
                new TrustRmCommand(context, _globals),
            },
            new CompleteCommand(context, _globals),
            new CompletionCommand(context),
            new VersionCommand(context),
            new HelpCommand(context),
        };
        foreach (Option flag in _globals.All)
        {
            flag.Recursive = true;
            _root.Add(flag);
        }
    }

    /// <summary>The commands, for the help text.</summary>
    public Command Root => _root;

    /// <summary>Runs what the words say.</summary>
    /// <param name="args">The words after `podctl`.</param>
    /// <param name="isRoot">Whether the user may do everything.</param>
    /// <param name="onSettings">Told the settings before the verb runs.</param>
    /// <param name="ct">Ends it early.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> args, bool isRoot, Action<Settings> onSettings, CancellationToken ct)
    {
        CommandWords words = CommandWords.Read(_root, _globals.All, args);
        if (words.IsHelpWanted)
        {
            _context.Out.Text(HelpText.Of(words.Command, _globals.All));
            return (int)ExitCode.Ok;
        }

        if (words.Command is Verb { NeedsRoot: true } && !isRoot)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"cannot run `{Verb.PathOf(words.Command)}` as an unprivileged user", "run it as root");
        }

        if (words.Command is not Verb verb)
        {
            throw new PodctlException(
                ExitCode.Usage, words.Faults.Count > 0 ? string.Join("; ", words.Faults) : "missing command", $"`{Verb.PathOf(words.Command)} --help` lists the commands");
        }

        ParseResult parsed = _root.Parse(words.Words, PlainWords);
        ParsedApp[] apps = [.. words.Apps.Select(app => new ParsedApp(app.Image, verb.AppGrammar!.Parse(app.Words, PlainWords), app.Arguments))];
        List<string> faults =
        [
            .. words.Faults, .. apps.Select(static app => app.Flags).Prepend(parsed).SelectMany(static flags => flags.Errors).Select(static error => error.Message.TrimEnd('.')),
            .. verb.Faults(parsed), .. verb.AppFaults(parsed, apps),
        ];
        if (faults.Count > 0)
        {
            throw new PodctlException(ExitCode.Usage, string.Join("; ", faults), verb.HintOf(parsed) ?? $"`{Verb.PathOf(verb)} --help` shows how it is used");
        }

        onSettings(_globals.Read(parsed));
        return await verb.RunAsync(parsed, new VerbWords(words.Arguments, apps), ct);
    }
}

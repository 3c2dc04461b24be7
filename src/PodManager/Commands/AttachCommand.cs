using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl attach`.</summary>
internal sealed class AttachCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<AppName?> _app = Flags.One<AppName?>("--app", "NAME", "the app, if the pod has several", RunValues.ReadAppName, null);
    private readonly Flag<AttachMode> _mode = Flags.One("--mode", "MODE", "auto (default), list, tty, tty-in, tty-out, or some of stdin,stdout,stderr", AttachMode.Read, AttachMode.Auto);

    public AttachCommand(CommandContext context, GlobalFlags globals)
        : base("attach", "Connect with the streams of an app in the background")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        Add(_app);
        Add(_mode);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "attach [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) => _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        AttachMode mode = _mode.Of(parsed);
        using IServices services = _context.Open(_globals.Read(parsed));
        if (mode.IsList)
        {
            PodId pod = _pod.Read(parsed, services.Pods)[0];
            AttachView view = AttachView.Of(AttachMode.NamesOf(services.Attacher.TargetsOf(pod, _app.Of(parsed))));
            _context.Out.Text(JsonText.Write(view, AttachJson.Default.AttachView, isPretty: false) + "\n");
            return Task.FromResult((int)ExitCode.Ok);
        }

        try
        {
            return Task.FromResult(services.Attacher.Attach(_pod.Read(parsed, services.Pods)[0], _app.Of(parsed), mode));
        }
        catch (Exception e) when (RunFailure.Of("attach to the pod", e, returnsCode: true) is { } failure)
        {
            throw failure;
        }
    }
}

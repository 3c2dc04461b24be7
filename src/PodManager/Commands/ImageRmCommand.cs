using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image rm`.</summary>
internal sealed class ImageRmCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _images = new("IMAGE…") { Arity = ArgumentArity.ZeroOrMore };
    private readonly ProgressFlags _progress = new();

    public ImageRmCommand(CommandContext context, GlobalFlags globals)
        : base("rm", "Remove images from the store; pods that use one go on")
    {
        _context = context;
        _globals = globals;
        Add(_images);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "image rm [FLAGS] IMAGE…";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.Faults(parsed.GetValue(_images) ?? []);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        Failures failures = new("remove", "image");
        foreach (string name in parsed.GetValue(_images)!.Distinct())
        {
            failures.Collect(() => Remove(services, name, ct));
        }

        failures.ThrowIfAny();
        return Task.FromResult((int)ExitCode.Ok);
    }

    private void Remove(IServices services, string name, CancellationToken ct)
    {
        ImageRemoval removal = services.Images.Remove(services.ImageNames.Resolve(ImageRef.Parse(name)), ct);
        if (removal.ImageRemoved)
        {
            _context.Out.Line($"successfully removed image: \"{removal.Id}\"");
        }
        else
        {
            _context.Out.Line($"removed the name of image \"{removal.Id}\", which has others");
        }

        if (removal.FreedBytes > 0)
        {
            _context.Messages.Note($"freed {Sizes.Binary(removal.FreedBytes)}");
        }
    }
}

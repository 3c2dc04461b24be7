using System.CommandLine;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image inspect`.</summary>
internal sealed class ImageInspectCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _images = new("IMAGE…") { Arity = ArgumentArity.ZeroOrMore };

    public ImageInspectCommand(CommandContext context, GlobalFlags globals)
        : base("inspect", "Show all about images, as JSON")
    {
        _context = context;
        _globals = globals;
        Add(_images);
    }

    public override string Usage => "image inspect [FLAGS] IMAGE…";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.Faults(parsed.GetValue(_images) ?? []);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<ImageInspectView> views =
            [.. parsed.GetValue(_images)!.Select(name => ImageInspectView.Of(services.Images.Describe(ImageRef.Parse(name))))];
        _context.Out.Text(JsonText.Write(views, OutputJson.Default.IReadOnlyListImageInspectView, isPretty: true) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}

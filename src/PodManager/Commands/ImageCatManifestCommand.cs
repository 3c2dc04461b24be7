using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image cat-manifest`.</summary>
internal sealed class ImageCatManifestCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _image = new("IMAGE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<bool> _config = Flags.Switch("--config", "print the configuration instead");

    public ImageCatManifestCommand(CommandContext context, GlobalFlags globals)
        : base("cat-manifest", "Print an image's manifest byte by byte as it came")
    {
        _context = context;
        _globals = globals;
        Add(_image);
        Add(_config);
    }

    public override string Usage => "image cat-manifest [FLAGS] IMAGE";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.Faults(parsed.GetValue(_image) ?? [], ImageNames.One);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        ImageDetails image = services.Images.Describe(ImageRef.Parse(parsed.GetValue(_image)![0]));
        _context.Out.Bytes((_config.Of(parsed) ? image.Configuration : image.Manifest).Content.Span);
        return Task.FromResult((int)ExitCode.Ok);
    }
}

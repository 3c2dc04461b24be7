using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>What `podctl image extract` and `podctl image render` have in common.</summary>
internal abstract class ImageExtractVerb : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _words = new("IMAGE DIR") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<bool> _overwrite = Flags.Switch("--overwrite", "replace a directory that is there, with all in it");
    private readonly Flag<bool> _rootFsOnly = Flags.Switch("--rootfs-only", "make DIR itself the root file system");
    private readonly ProgressFlags _progress = new();

    protected ImageExtractVerb(CommandContext context, GlobalFlags globals, string name, string description)
        : base(name, description)
    {
        _context = context;
        _globals = globals;
        Add(_words);
        Add(_rootFsOnly);
        Add(_overwrite);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => $"image {Name} [FLAGS] IMAGE DIR";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.FaultsWithTarget(parsed.GetValue(_words) ?? [], "an output directory");

    public override Task<int> RunAsync(ParseResult parsed, IReadOnlyList<string>? arguments, CancellationToken ct)
    {
        string[] words = parsed.GetValue(_words)!;
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        ImageRef reference = ImageRef.Parse(words[0]);
        ImageDetails details = services.Images.Describe(reference);
        StoredImage image = services.Images.Find(reference)
            ?? throw new PodctlException(ExitCode.Failed, $"layers of image '{reference.Name}' are missing", "`podctl image fsck --repair` fetches them again");
        services.ImageExporter.Extract(new ImageExtraction(image, DocumentsOf(details), words[1], _rootFsOnly.Of(parsed), _overwrite.Of(parsed)), ct);
        return Task.FromResult((int)ExitCode.Ok);
    }

    /// <summary>The files beside the root file system.</summary>
    protected abstract IReadOnlyDictionary<string, ImageDocument> DocumentsOf(ImageDetails image);
}

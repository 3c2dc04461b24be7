using System.CommandLine;
using Common.Native;
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

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        string[] places = parsed.GetValue(_words)!;
        RefuseStore(places[1], _globals.Read(parsed).Directory);
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        ImageRef reference = ImageRef.Parse(places[0]);
        ImageDetails details = services.Images.Describe(reference);
        StoredImage image = services.Images.Find(reference)
            ?? throw new PodctlException(ExitCode.Failed, $"layers of image '{reference.Name}' are missing", "`podctl image fsck --repair` fetches them again");
        services.ImageExporter.Extract(new ImageExtraction(image, DocumentsOf(details), places[1], _rootFsOnly.Of(parsed), _overwrite.Of(parsed)), ct);
        return Task.FromResult((int)ExitCode.Ok);
    }

    /// <summary>podctl's own data would be replaced.</summary>
    private static void RefuseStore(string target, string store)
    {
        string path = RealPath(Path.GetFullPath(target));
        string data = RealPath(store);
        static bool IsWithin(string path, string directory) => path == directory || path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);
        if (IsWithin(path, data) || IsWithin(data, path))
        {
            throw new PodctlException(ExitCode.Usage, $"cannot extract an image to '{target}': podctl keeps images and pods in '{store}'", "name another directory");
        }
    }

    /// <summary>Where a path leads, as far as it exists.</summary>
    private static string RealPath(string path)
    {
        try
        {
            using Fd open = Files.Open(path, Tmds.Linux.LibC.O_PATH);
            return new FileInfo(open.ProcPath).LinkTarget ?? path;
        }
        catch (NativeException) when (Path.GetDirectoryName(path) is { } parent)
        {
            return Path.Combine(RealPath(parent), Path.GetFileName(path));
        }
    }

    /// <summary>The files beside the root file system.</summary>
    protected abstract IReadOnlyDictionary<string, ImageDocument> DocumentsOf(ImageDetails image);
}

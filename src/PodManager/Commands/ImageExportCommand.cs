using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image export`.</summary>
internal sealed class ImageExportCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _words = new("IMAGE FILE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Flag<bool> _overwrite = Flags.Switch("--overwrite", "replace a file that is there");
    private readonly ProgressFlags _progress = new();
    private readonly Flag<ArchiveFormat> _format = Flags.One(
        "--format", "FORMAT", "oci-archive (the default), or docker-archive for `docker load`", ReadFormat, ArchiveFormat.Oci);

    public ImageExportCommand(CommandContext context, GlobalFlags globals)
        : base("export", "Write an image to an archive; its layers are packed anew, so that the id in it is another")
    {
        _context = context;
        _globals = globals;
        Add(_words);
        Add(_format);
        Add(_overwrite);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "image export [FLAGS] IMAGE FILE|-";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.FaultsWithTarget(parsed.GetValue(_words) ?? [], "an output file, or - for standard output");

    public override async Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        string[] places = parsed.GetValue(_words)!;
        bool isStandardOutput = places[1] == "-";
        if (isStandardOutput)
        {
            ArchiveOutput.Check(_context.Out);
        }

        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        ImageRef reference = ImageRef.Parse(places[0]);
        ImageDetails image = services.Images.Describe(reference);
        ImageExport export = new(image, reference is StoredImageRef ? image.Summary.Names : [reference.Name], _format.Of(parsed));
        await (isStandardOutput
            ? services.ImageExporter.ExportAsync(export, ArchiveOutput.To(_context.Out), ct)
            : services.ImageExporter.ExportAsync(export, places[1], _overwrite.Of(parsed), ct));
        return (int)ExitCode.Ok;
    }

    private static string? ReadFormat(string text, out ArchiveFormat value)
    {
        value = text == "docker-archive" ? ArchiveFormat.Docker : ArchiveFormat.Oci;
        return text is "docker-archive" or "oci-archive" ? null : $"'{text}' is no format: use oci-archive or docker-archive";
    }
}

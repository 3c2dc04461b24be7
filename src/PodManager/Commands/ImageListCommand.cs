using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Output;

namespace PodManager.Commands;

/// <summary>`podctl image list`.</summary>
internal sealed class ImageListCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Flag<bool> _noLegend = Flags.Switch("--no-legend", "leave the header out");
    private readonly Flag<bool> _full = Flags.Switch("--full", "whole ids, sizes in bytes, and times as they are");
    private readonly Flag<OutputFormat> _format = Flags.Format();
    private readonly Flag<IReadOnlyList<ImageField>> _fields = Flags.One(
        "--fields", "LIST", "which columns, any of id,name,size,importtime,lastused,trustedby (the default is all)", ImageFields.ReadList, ImageListText.AllFields);

    private readonly Flag<ImageField> _sort = Flags.One(
        "--sort", "FIELD", "importtime (the default), lastused, name or size", ImageFields.ReadSort, ImageField.ImportTime);

    private readonly Flag<bool> _isDescending = Flags.One("--order", "asc|desc", "which end comes first (default asc)", ImageFields.ReadOrder, false);

    public ImageListCommand(CommandContext context, GlobalFlags globals)
        : base("list", "List the images in the store")
    {
        _context = context;
        _globals = globals;
        Add(_fields);
        Add(_sort);
        Add(_isDescending);
        Add(_noLegend);
        Add(_full);
        Add(_format);
    }

    public override string Usage => "image list [FLAGS]";

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        IReadOnlyList<ImageSummary> images =
        [
            .. ImageListText.Sort(services.Images.List(), _sort.Of(parsed), _isDescending.Of(parsed))
                .Select(image => image with { Verified = [.. image.Verified.Where(name => services.TrustPolicy.Holds(name.Trust!))] }),
        ];
        OutputFormat format = _format.Of(parsed);
        _context.Out.Text(format == OutputFormat.Text
            ? ImageListText.Table(images, _fields.Of(parsed), _full.Of(parsed), !_noLegend.Of(parsed), _context.Time.GetUtcNow())
            : JsonText.Write(ImageListText.Views(images), OutputJson.Default.IReadOnlyListImageView, format == OutputFormat.JsonPretty) + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }
}

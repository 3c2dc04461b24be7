using System.CommandLine;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl image verify`.</summary>
internal sealed class ImageVerifyCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly Argument<string[]> _images = new("IMAGE…") { Arity = ArgumentArity.ZeroOrMore };
    private readonly ProgressFlags _progress = new();

    public ImageVerifyCommand(CommandContext context, GlobalFlags globals)
        : base("verify", "Compare images in the store, every file of them, with what was fetched")
    {
        _context = context;
        _globals = globals;
        Add(_images);
        _progress.AddTo(this);
    }

    public override bool NeedsRoot => true;

    public override string Usage => "image verify [FLAGS] IMAGE…";

    public override IEnumerable<string> Faults(ParseResult parsed) => ImageNames.Faults(parsed.GetValue(_images) ?? []);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed) with { Progress = _progress.Of(parsed) });
        Failures failures = new("verify", "image");
        foreach (string name in parsed.GetValue(_images)!.Distinct())
        {
            failures.Collect(() => Verify(services, name, ct));
        }

        failures.ThrowIfAny();
        return Task.FromResult((int)ExitCode.Ok);
    }

    private void Verify(IServices services, string name, CancellationToken ct)
    {
        Digest id = services.Images.Describe(ImageRef.Parse(name)).Summary.Id;
        IReadOnlyList<StoreFault> faults = services.StoreChecker.Check(isDeep: true, id, ct);
        if (faults.Count > 0)
        {
            throw new PodctlException(
                ExitCode.Failed, $"image '{name}' is damaged: {string.Join("; ", faults.Select(static fault => fault.What))}", "`podctl image fsck --repair --deep` fetches it again");
        }

        _context.Out.Line($"successfully verified checksum for image: \"{name}\" (\"{id}\")");
    }
}

using System.CommandLine;
using PodManager.Commands.Manifests;
using PodManager.Output;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>`podctl cat-manifest`.</summary>
internal sealed class CatManifestCommand : Verb
{
    private readonly CommandContext _context;
    private readonly GlobalFlags _globals;
    private readonly PodArguments _pod = new(isMany: false);
    private readonly Flag<bool> _isYaml = Flags.One("--format", "json|yaml", "how to write it (default json)", ReadFormat, false);
    private readonly Flag<bool> _isPretty = Flags.One("--pretty-print", "yes|no", "JSON on several lines (default yes)", Flags.ReadBool, true, Flags.True);

    public CatManifestCommand(CommandContext context, GlobalFlags globals)
        : base("cat-manifest", "Print a manifest of which `run --pod-manifest` makes an equal pod")
    {
        _context = context;
        _globals = globals;
        _pod.AddTo(this);
        Add(_isYaml);
        Add(_isPretty);
    }

    public override string Usage => "cat-manifest [FLAGS] POD";

    public override IEnumerable<string> Faults(ParseResult parsed) =>
        _isYaml.Of(parsed) && !_isPretty.Of(parsed) ? [.. _pod.Faults(parsed), "--pretty-print=no is for JSON: YAML is always on several lines"] : _pod.Faults(parsed);

    public override Task<int> RunAsync(ParseResult parsed, VerbWords words, CancellationToken ct)
    {
        using IServices services = _context.Open(_globals.Read(parsed));
        PodId id = _pod.Read(parsed, services.Pods)[0];
        Pod pod = services.Pods.Get(id);
        if (pod.Record is null)
        {
            throw new PodctlException(ExitCode.WrongState, $"pod '{id}' has no manifest: {pod.Problem ?? "it is being prepared"}");
        }

        PodManifestView manifest = ManifestWriter.ViewOf(pod.Record);
        string json = JsonText.Write(manifest, ManifestJson.Default.PodManifestView, _isPretty.Of(parsed));
        _context.Out.Text(_isYaml.Of(parsed) ? YamlText.Of(json) : json + "\n");
        return Task.FromResult((int)ExitCode.Ok);
    }

    private static string? ReadFormat(string text, out bool isYaml)
    {
        isYaml = text == "yaml";
        return text is "json" or "yaml" ? null : $"'{text}' is no format: use json or yaml";
    }
}

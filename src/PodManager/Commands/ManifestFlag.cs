using System.CommandLine;
using System.Text;
using Common.Native;
using PodManager.Commands.Manifests;
using PodManager.Lifecycle;
using static Tmds.Linux.LibC;

namespace PodManager.Commands;

/// <summary>`--pod-manifest`: a file says what the pod is, in the place of images and their flags.</summary>
internal sealed class ManifestFlag
{
    private const string StandardInput = "-";
    private const int SizeLimit = 1 << 20;

    private readonly Flag<string?> _file = Flags.Text("--pod-manifest", "FILE", "take the pod's apps and all about them from FILE, - being standard input", isUnique: true);

    // Read once: standard input gives it only once.
    private (IReadOnlyList<string> Faults, PodOptions? Pod)? _content;

    public Option Option => _file;

    public bool IsGiven(ParseResult parsed) => _file.Of(parsed) is not null;

    public bool TakesInput(ParseResult parsed) => _file.Of(parsed) == StandardInput;

    /// <param name="parsed">The flags.</param>
    /// <param name="apps">Images that are there as well.</param>
    /// <param name="others">Flags that say what the manifest says.</param>
    public IEnumerable<string> Faults(ParseResult parsed, IReadOnlyList<ParsedApp> apps, IReadOnlyList<Option> others)
    {
        if (_file.Of(parsed) is not { } file)
        {
            return [];
        }

        string[] conflicts =
        [
            .. apps.Take(1).Select(static app => $"image '{app.Image}'"),
            .. others.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(static option => option.Name),
        ];
        IReadOnlyList<string> faults = Content(file).Faults;
        return conflicts.Length == 0 ? faults : faults.Prepend($"conflicting flags set with --pod-manifest, which says what they say: {string.Join(", ", conflicts)}");
    }

    /// <summary>What the manifest says; null if there is none, or it has faults.</summary>
    public PodOptions? Read(ParseResult parsed) => _file.Of(parsed) is { } file ? Content(file).Pod : null;

    private (IReadOnlyList<string> Faults, PodOptions? Pod) Content(string file) => _content ??= Load(file);

    private (IReadOnlyList<string> Faults, PodOptions? Pod) Load(string file)
    {
        string name = file == StandardInput ? "standard input" : file;
        try
        {
            // No O_NONBLOCK: it may be a pipe whose writer is not there yet.
            using Fd open = file == StandardInput ? new Fd(0, owns: false) : Files.Open(file, O_RDONLY);
            byte[] bytes = Files.ReadBytes(open, SizeLimit + 1);
            if (bytes.Length > SizeLimit)
            {
                return ([$"{_file.Name}: '{name}' is larger than {SizeLimit >> 20} MiB"], null);
            }

            ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
            ManifestFaults faults = new(name);
            PodOptions? pod = ManifestReader.Read(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(text), faults);
            return (faults.Told(), pod);
        }
        catch (NativeException e)
        {
            return ([$"{_file.Name}: cannot read '{name}': {e.Reason}"], null);
        }
        catch (DecoderFallbackException)
        {
            return ([$"{_file.Name}: '{name}' is no UTF-8"], null);
        }
    }
}

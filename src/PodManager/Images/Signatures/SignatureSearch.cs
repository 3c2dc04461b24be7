using System.Text.Json;
using PodManager.Images.Oci;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Signatures;

/// <summary>
/// Looks for signatures where cosign and its like put them: at the tag `sha256-HEX.sig`, among the referrers of the manifest, and at the tag `sha256-HEX`,
/// which stands in for a list of referrers. All of it can be made by anybody who may write there, so that numbers and sizes are limited.
/// </summary>
internal sealed class SignatureSearch(IImageOrigin origin) : ISignatureSource
{
    private const int ManifestLimit = 32;
    private const int SignatureLimit = 64;
    private const int ManifestBytes = 1 << 20;
    private const int PayloadBytes = 64 * 1024;
    private const int BundleBytes = 1 << 20;

    private readonly ISignatureOrigin? _origin = origin as ISignatureOrigin;

    public async Task<SignatureFindings> FindAsync(Digest signed, CancellationToken ct)
    {
        if (_origin is not { } signatures)
        {
            return new SignatureFindings([], ["such an archive has no place for signatures"]);
        }

        Collection found = new();
        string tag = $"{signed.Algorithm}-{signed.Hex}";
        ImageDocument? beside = await signatures.FindTagAsync($"{tag}.sig", ct);
        await found.AtAsync($"tag {ShortOf(tag)}.sig", async () => beside is not null && await TakeManifestAsync(beside, found, ct));
        ImageDocument? referrers = await signatures.FindReferrersAsync(signed, ct);
        if (referrers is not null)
        {
            await found.AtAsync("referrers", () => TakeIndexAsync(referrers, found, ct));
            return found.Findings;
        }

        referrers = await signatures.FindTagAsync(tag, ct);
        await found.AtAsync($"tag {ShortOf(tag)}", async () => referrers is not null && await TakeIndexAsync(referrers, found, ct));
        return found.Findings;
    }

    private async Task<bool> TakeIndexAsync(ImageDocument document, Collection found, CancellationToken ct)
    {
        IReadOnlyList<OciDescriptor> entries = Read(document)?.Manifests ?? [];
        List<OciDescriptor> possible = [.. entries.OfType<OciDescriptor>().Where(static entry => MediaTypes.IsManifest(entry.MediaType ?? "") && SignatureTypes.MayBeSignature(entry.ArtifactType))];
        if (possible.Count > ManifestLimit)
        {
            found.Note($"{possible.Count} entries, of which only {ManifestLimit} were looked at");
        }

        foreach (OciDescriptor entry in possible.Take(ManifestLimit))
        {
            if (await ReadAsync(entry, ManifestBytes, "a signature's manifest", found, ct) is { } manifest)
            {
                _ = await TakeManifestAsync(manifest, found, ct);
            }
        }

        return true;
    }

    private async Task<bool> TakeManifestAsync(ImageDocument document, Collection found, CancellationToken ct)
    {
        if (Read(document)?.Layers is not { } layers)
        {
            found.Note("something that is no signature's manifest");
            return true;
        }

        foreach (OciDescriptor layer in layers.OfType<OciDescriptor>())
        {
            if (!found.TryCount(SignatureLimit))
            {
                found.Note($"more than {SignatureLimit} signatures, the rest of which was not looked at");
                break;
            }

            await TakeLayerAsync(layer, found, ct);
        }

        return true;
    }

    private async Task TakeLayerAsync(OciDescriptor layer, Collection found, CancellationToken ct)
    {
        switch (layer.MediaType)
        {
            case SignatureTypes.SimpleSigning when layer.Annotations?.GetValueOrDefault(SignatureTypes.SignatureAnnotation) is not { Length: > 0 and <= PayloadBytes } value:
                found.Note("a payload without a signature");
                break;
            case SignatureTypes.SimpleSigning when await ReadAsync(layer, PayloadBytes, "a payload", found, ct) is { } payload:
                found.Add(new ImageSignature(SignatureFormat.SimpleSigning, payload.Content, layer.Annotations![SignatureTypes.SignatureAnnotation]));
                break;
            case SignatureTypes.Bundle when await ReadAsync(layer, BundleBytes, "a bundle", found, ct) is { } bundle:
                found.Add(new ImageSignature(SignatureFormat.Bundle, bundle.Content, Value: null));
                break;
            case SignatureTypes.SimpleSigning or SignatureTypes.Bundle:
                break;
            default:
                found.Note($"something of the type '{ShortOf(layer.MediaType ?? "")}'");
                break;
        }
    }

    /// <returns>Null, and a note, if what it points to cannot be a signature; what cannot be had is a failure.</returns>
    private async Task<ImageDocument?> ReadAsync(OciDescriptor descriptor, int limitBytes, string what, Collection found, CancellationToken ct)
    {
        if (!Digest.TryParse(descriptor.Digest ?? "", out _) || descriptor.Size < 0)
        {
            found.Note($"{what} without a valid digest and size");
            return null;
        }

        if (descriptor.Size > limitBytes)
        {
            found.Note($"{what} that is larger than {limitBytes >> 10} KiB");
            return null;
        }

        try
        {
            ImageDocument? document = await _origin!.ReadBesideAsync(Blob.From(descriptor, what), ct);
            if (document is null)
            {
                found.Note($"{what} that is not there");
            }

            return document;
        }
        catch (PodctlException missing) when (missing.Code is ExitCode.NotFound or ExitCode.Failed)
        {
            // Another signature may be good, and if none is, this is why.
            found.Note($"{what} that cannot be read ({missing.Message})");
            return null;
        }
    }

    private static OciManifest? Read(ImageDocument document)
    {
        try
        {
            return document.Content.Length <= ManifestBytes ? JsonSerializer.Deserialize(document.Content.Span, OciJson.Default.OciManifest) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string ShortOf(string text) => text.Length <= 80 ? text : text[..80] + "…";

    /// <summary>What is found, and a few words about each place.</summary>
    private sealed class Collection
    {
        private const int NoteLimit = 4;

        private readonly List<ImageSignature> _signatures = [];
        private readonly List<string> _places = [];
        private List<string> _notes = [];
        private int _lookedAt;

        public SignatureFindings Findings => new(_signatures, _places);

        /// <summary>Counts one more thing that is looked at, good or bad: each may cost a request.</summary>
        /// <returns>False if it is one too many.</returns>
        public bool TryCount(int limit) => _lookedAt++ < limit;

        public void Add(ImageSignature signature) => _signatures.Add(signature);

        public void Note(string text) => _notes.Add(text);

        public async Task AtAsync(string place, Func<Task<bool>> look)
        {
            _notes = [];
            int before = _signatures.Count;
            bool isThere = await look();
            int count = _signatures.Count - before;
            string found = !isThere ? "not there" : count == 1 ? "1 signature" : $"{count} signatures";
            string notes = string.Concat(_notes.Distinct().Take(NoteLimit).Select(static note => $", {note}"));
            _places.Add($"{place}: {found}{notes}");
        }
    }
}

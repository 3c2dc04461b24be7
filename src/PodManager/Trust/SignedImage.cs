using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>An image and its signatures, looked for once.</summary>
internal sealed class SignedImage(TrustSubject subject, ISignatureSource signatures)
{
    private const int ShownKeys = 4;
    private const int ShownProblems = 4;

    private readonly Dictionary<Digest, SignatureFindings> _findings = [];
    private List<string> _problems = [];

    /// <returns>The key that signed, its rule and what it signed; null if no signature counts.</returns>
    public async Task<(TrustedKey? Key, string Rule, Digest Signed)?> MeetAsync(TrustRequirement requirement, CancellationToken ct)
    {
        _problems = [];
        PublicKey[] keys = [.. requirement.Keys.Select(static trusted => trusted.Key).DistinctBy(static key => key.Fingerprint)];
        foreach (ImageDocument document in subject.Documents)
        {
            SignatureCheck check = new(subject.Name, document, keys, requirement.Identity);
            foreach (ImageSignature signature in (await FindAsync(document.Digest, ct)).Signatures)
            {
                if (check.KeyOf(signature, out string problem) is { } key)
                {
                    return (requirement.Keys.First(trusted => trusted.Key.Fingerprint == key.Fingerprint), requirement.Rule, document.Digest);
                }

                _problems.Add(problem);
            }
        }

        return null;
    }

    /// <summary>What was looked for, where, and what was found instead.</summary>
    public PodctlException Refusal(TrustRequirement requirement, string hint)
    {
        IEnumerable<string> shown = requirement.Keys.Take(ShownKeys).Select(static key => $"{key.Key.Fingerprint.ToString()[..KeyFingerprint.ShortLength]} of {key.Rule}");
        string keys = string.Join(", ", shown) + (requirement.Keys.Count > ShownKeys ? $" and {requirement.Keys.Count - ShownKeys} more" : "");
        string places = string.Join("; ", _findings.Select(static found => $"of {found.Key}: {string.Join(", ", found.Value.Places)}"));
        string problems = string.Join("; ", _problems.Distinct().Take(ShownProblems));
        return new PodctlException(
            ExitCode.NotPermitted,
            $"it is not signed by a key that is trusted for it ({keys}): signatures {places}{(problems.Length > 0 ? $"; found {problems}" : "")}",
            hint);
    }

    private async Task<SignatureFindings> FindAsync(Digest digest, CancellationToken ct)
    {
        if (!_findings.TryGetValue(digest, out SignatureFindings? findings))
        {
            findings = await signatures.FindAsync(digest, ct);
            _findings[digest] = findings;
        }

        return findings;
    }
}

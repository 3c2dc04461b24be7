using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Trust;

/// <summary>
/// An image may run if one of the keys that are trusted for its name has signed it; or, if the administrator's configuration says so, as
/// containers-policy.json(5) has it.
/// </summary>
/// <param name="configFile">`/etc/podctl/trust.json`.</param>
/// <param name="keys">The trusted keys.</param>
/// <param name="clock">For the record.</param>
internal sealed class TrustPolicy(string configFile, TrustedKeys keys, TimeProvider clock) : ITrustPolicy
{
    private const string Skip = "`--insecure-options=image` lets it run unverified";

    public bool Holds(TrustRecord record) => TrustFiles.Hold(record.Evidence);

    public async Task<TrustRecord> VerifyAsync(TrustSubject subject, ISignatureSource signatures, CancellationToken ct)
    {
        TrustRules rules = RulesFor(subject.Name);
        if (rules.Requirements.FirstOrDefault(static requirement => requirement.Kind == RequirementKind.Reject) is { } rejection)
        {
            throw new PodctlException(ExitCode.NotPermitted, $"it is refused by {rejection.Rule}", rules.Hint);
        }

        if (rules.Requirements.Any(static requirement => requirement is { Kind: RequirementKind.Signed, Keys.Count: 0 }))
        {
            throw new PodctlException(ExitCode.NotPermitted, rules.NoKey, rules.Hint);
        }

        SignedImage image = new(subject, signatures);
        List<(TrustedKey? Key, string Rule, Digest Signed)> met = [];
        foreach (TrustRequirement requirement in rules.Requirements)
        {
            met.Add(requirement.Kind == RequirementKind.AcceptAnything
                ? (null, requirement.Rule, subject.Documents[0].Digest)
                : await image.MeetAsync(requirement, ct) ?? throw image.Refusal(requirement, rules.Hint));
        }

        // Of several, the one with a key says most.
        (TrustedKey? by, string rule, Digest signed) = met.FirstOrDefault(static one => one.Key is not null, met[0]);
        IReadOnlyList<TrustEvidence> evidence = [.. rules.Evidence, .. met.SelectMany(static one => one.Key?.Evidence ?? [])];
        return new TrustRecord(by?.Rule ?? rule, signed.ToString(), clock.GetUtcNow(), evidence, by?.Key.Fingerprint.ToString());
    }

    private TrustRules RulesFor(ImageRef image)
    {
        // Before it is read: if it changes meanwhile, the decision does not last.
        TrustEvidence config = TrustFiles.Version(configFile);
        if (TrustConfig.Read(configFile)?.Policy is { } policyFile)
        {
            TrustEvidence policy = TrustFiles.Version(policyFile);
            IReadOnlyList<TrustRequirement> requirements = ContainersPolicy.Read(policyFile).For(image);
            return new TrustRules(requirements, [config, policy], $"'{policyFile}' names no key for it", $"'{policyFile}' has the rules, as '{configFile}' says; {Skip}");
        }

        if (image is ArchiveRef { Format: ArchiveFormat.Docker })
        {
            return new TrustRules(
                [new TrustRequirement("trusted keys", RequirementKind.Signed, [], new NamedIdentity())],
                [config],
                "archives of `docker save` hold no signatures",
                $"an archive in OCI's layout can (oci-archive:FILE); {Skip}");
        }

        (IReadOnlyList<TrustedKey> trusted, IReadOnlyList<TrustScope> scopes) = keys.For(image);
        string looked = string.Join(", ", scopes.Select(static scope => scope.ToString()));
        return new TrustRules(
            [new TrustRequirement("trusted keys", RequirementKind.Signed, trusted, new NamedIdentity())],
            [config],
            $"no key is trusted for '{image.TrustName}' (looked for keys of {looked})",
            $"`podctl trust add {(image is ArchiveRef { IsStandardInput: true } ? "--root" : $"--prefix={image.TrustName}")} KEYFILE` trusts whoever signs it; {Skip}");
    }
}

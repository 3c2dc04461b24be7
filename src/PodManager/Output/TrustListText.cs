using PodManager.Lifecycle;

namespace PodManager.Output;

/// <summary>`podctl trust list`.</summary>
internal static class TrustListText
{
    public static string Table(IReadOnlyList<TrustedKeySummary> keys, bool isFull, bool hasLegend)
    {
        Table table = new();
        if (hasLegend)
        {
            table.Add([.. (string[])["PREFIX", "FINGERPRINT", "TYPE", "STATE"], .. isFull ? (string[])["FILE"] : []]);
        }

        foreach (TrustedKeySummary key in keys)
        {
            table.Add(
            [
                key.Scope.Prefix ?? "(root)",
                key.Fingerprint.ToString(), // whole, since that is what is compared and removed by
                key.TypeName,
                key.IsMasked ? "masked" : "trusted",
                .. isFull ? (string[])[key.Path] : [],
            ]);
        }

        return table.ToString();
    }

    public static IReadOnlyList<TrustedKeyView> Views(IReadOnlyList<TrustedKeySummary> keys) =>
        [.. keys.Select(static key => new TrustedKeyView(key.Scope.Prefix, key.Fingerprint.ToString(), key.TypeName, key.Path, key.IsMasked))];
}

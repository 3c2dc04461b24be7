using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Takes damage out of the image store and fetches again what can be fetched again; the rest it drops, and says so.</summary>
internal sealed class StoreRepair(IStoreChecker checker, IImageSource source, FetchOptions options)
{
    /// <summary>Repairs what a check has found.</summary>
    /// <returns>What was done, in the order in which it was.</returns>
    public async Task<IReadOnlyList<RepairOutcome>> RepairAsync(IReadOnlyList<StoreFault> faults, CancellationToken ct)
    {
        List<RepairOutcome> outcomes = [];
        List<Digest> images = [.. faults.SelectMany(static fault => fault.Images).Distinct()];
        Dictionary<Digest, IReadOnlyList<string>> names = images.ToDictionary(static image => image, checker.NamesOf);
        HashSet<Digest> untouched = [];
        foreach (StoreFault fault in faults)
        {
            if (checker.Remove(fault) is { } reason)
            {
                untouched.UnionWith(fault.Images);
                outcomes.Add(new RepairOutcome($"{fault.What}: left as it is, {reason}", IsGood: false));
            }
            else if (fault.Images.Count == 0 && fault.Name is null)
            {
                outcomes.Add(new RepairOutcome($"{fault.What}: removed", IsGood: true));
            }
        }

        foreach (Digest image in images.Where(image => !untouched.Contains(image)))
        {
            outcomes.Add(await RestoreAsync(image, names[image], ct));
        }

        foreach (string name in faults.Select(static fault => fault.Name).OfType<string>())
        {
            string? failure = await FetchAsync(name, ct) is (not null, _) ? null : "removed, as the image cannot be fetched";
            outcomes.Add(new RepairOutcome($"name '{name}': {failure ?? "fetched again"}", IsGood: true));
        }

        return outcomes;
    }

    private async Task<RepairOutcome> RestoreAsync(Digest image, IReadOnlyList<string> names, CancellationToken ct)
    {
        string why = names.Count == 0 ? "it has no name to fetch it by" : "";
        foreach (string name in names)
        {
            (Digest? fetched, string failure) = await FetchAsync(name, ct);
            if (fetched == image)
            {
                return new RepairOutcome($"image '{image.Short}': fetched again from '{name}'", IsGood: true);
            }

            why = fetched is null ? failure : $"'{name}' is now image '{fetched.Short}'";
        }

        checker.Forget(image);
        return new RepairOutcome($"image '{image.Short}': dropped, {why}", IsGood: true);
    }

    private async Task<(Digest? Fetched, string Failure)> FetchAsync(string name, CancellationToken ct)
    {
        if (ImageRef.TryParse(name, out ImageRef? reference, out _) is not null || reference is StoredImageRef or ArchiveRef { IsStandardInput: true })
        {
            return (null, $"'{name}' cannot be read again");
        }

        try
        {
            return ((await source.GetAsync(name, options with { Policy = PullPolicy.Update, IsRepair = true }, ct)).Id, "");
        }
        catch (PodctlException failure)
        {
            return (null, failure.InnerException is null ? failure.Message : $"{failure.Message}: {failure.InnerException.Message}");
        }
    }
}

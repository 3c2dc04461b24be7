using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>
/// Takes damage out of the image store and fetches again what can be fetched again. What is no longer to be had it drops, and says so; what cannot be fetched now keeps its names, so that the next fetch
/// completes it.
/// </summary>
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
        foreach (StoreFault fault in faults.Where(static fault => fault.Name is null))
        {
            if (checker.Remove(fault) is { } reason)
            {
                untouched.UnionWith(fault.Images);
                outcomes.Add(new RepairOutcome($"{fault.What}: left as it is, {reason}", IsGood: false));
            }
            else if (fault.Images.Count == 0)
            {
                outcomes.Add(new RepairOutcome($"{fault.What}: removed", IsGood: true));
            }
        }

        foreach (Digest image in images.Where(image => !untouched.Contains(image)))
        {
            outcomes.Add(await RestoreAsync(image, names[image], ct));
        }

        foreach (StoreFault fault in faults.Where(static fault => fault.Name is not null))
        {
            outcomes.Add(await RestoreAsync(fault, ct));
        }

        return outcomes;
    }

    private async Task<RepairOutcome> RestoreAsync(Digest image, IReadOnlyList<string> names, CancellationToken ct)
    {
        string why = names.Count == 0 ? "it has no name to fetch it by" : "";
        List<string> failures = [];
        foreach (string name in names)
        {
            (Digest? fetched, string failure, bool isGone) = await FetchAsync(name, ct);
            if (fetched == image)
            {
                return new RepairOutcome($"image '{image.Short}': fetched again from '{name}'", IsGood: true);
            }

            if (fetched is null && !isGone)
            {
                failures.Add(failure);
            }

            why = fetched is null ? failure : $"'{name}' is now image '{fetched.Short}'";
        }

        if (failures.Count > 0)
        {
            return new RepairOutcome($"image '{image.Short}': not complete, the next fetch will fetch what is missing; now {string.Join("; ", failures)}", IsGood: false);
        }

        checker.Forget(image);
        return new RepairOutcome($"image '{image.Short}': dropped, {why}", IsGood: true);
    }

    /// <summary>A name of an image that is not here.</summary>
    private async Task<RepairOutcome> RestoreAsync(StoreFault fault, CancellationToken ct)
    {
        (Digest? fetched, string failure, bool isGone) = await FetchAsync(fault.Name!, ct);
        return fetched is not null ? new RepairOutcome($"name '{fault.Name}': fetched again", IsGood: true)
            : !isGone ? new RepairOutcome($"name '{fault.Name}': left as it is, {failure}", IsGood: false)
            : checker.Remove(fault) is { } reason ? new RepairOutcome($"name '{fault.Name}': left as it is, {reason}", IsGood: false)
            : new RepairOutcome($"name '{fault.Name}': removed, {failure}", IsGood: true);
    }

    /// <returns>What was fetched, or why nothing was, and whether that is for good.</returns>
    private async Task<(Digest? Fetched, string Failure, bool IsGone)> FetchAsync(string name, CancellationToken ct)
    {
        if (ImageRef.TryParse(name, out ImageRef? reference, out _) is not null || reference is StoredImageRef or ArchiveRef { IsStandardInput: true })
        {
            return (null, $"'{name}' cannot be read again", true);
        }

        try
        {
            return ((await source.GetAsync(name, options with { Policy = PullPolicy.Update, IsRepair = true }, ct)).Id, "", false);
        }
        catch (PodctlException failure)
        {
            string text = failure.InnerException is null ? failure.Message : $"{failure.Message}: {failure.InnerException.Message}";
            return (null, failure.Hint is null ? text : $"{text} ({failure.Hint})", failure.Code == ExitCode.NotFound);
        }
    }
}

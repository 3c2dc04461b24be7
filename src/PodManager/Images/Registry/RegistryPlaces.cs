using PodManager.Lifecycle;

namespace PodManager.Images.Registry;

/// <summary>The places where an image may be had, in the order in which they are asked. One that fails is not asked again.</summary>
internal sealed class RegistryPlaces(IReadOnlyList<RegistryClient> places, IMessageSink messages) : IDisposable
{
    private int _current;

    public RegistryClient Current => places[Volatile.Read(ref _current)];

    /// <summary>Asks one place after the other until one gives the answer.</summary>
    /// <exception cref="PodctlException">The last one's reason.</exception>
    public async Task<T> AskAsync<T>(Func<RegistryClient, Task<T>> ask)
    {
        while (true)
        {
            RegistryClient place = Current;
            try
            {
                return await ask(place);
            }
            catch (PodctlException failure) when (PassOver(place, failure))
            {
                // The next one is current now.
            }
        }
    }

    /// <summary>Looks for something that lies beside an image, which a mirror need not have: at the current place, then at those after it. The current place stays what it is.</summary>
    /// <returns>Null if none has it; a place that gives no answer counts as such, if another one does.</returns>
    /// <exception cref="PodctlException">None gives an answer; the last one's reason.</exception>
    public async Task<T?> FindAsync<T>(Func<RegistryClient, Task<T?>> ask)
        where T : class
    {
        List<(RegistryClient Place, PodctlException Failure)> failures = [];
        RegistryClient[] asked = [.. places.Skip(Volatile.Read(ref _current))];
        foreach (RegistryClient place in asked)
        {
            try
            {
                if (await ask(place) is { } found)
                {
                    return found;
                }
            }
            catch (PodctlException failure)
            {
                failures.Add((place, failure));
            }
        }

        if (failures.Count == asked.Length)
        {
            throw failures[^1].Failure;
        }

        failures.ForEach(failed => messages.Warn($"cannot ask '{failed.Place.Endpoint.Host}' for signatures: {failed.Failure.Message}, ignoring"));
        return null;
    }

    /// <summary>Goes on to the next place, unless another transfer has done so already.</summary>
    /// <returns>False if there is none.</returns>
    public bool PassOver(RegistryClient failed, PodctlException failure)
    {
        int at = places.ToList().IndexOf(failed);
        if (at + 1 >= places.Count)
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _current, at + 1, at) == at)
        {
            string text = $"mirror '{failed.Endpoint.Host}' does not help: {failure.Message}{(failure.InnerException is { } cause ? $": {cause.Message}" : "")}, using '{Current.Endpoint.Host}' instead";

            // That a mirror does not have everything is how mirrors are.
            (failure.Code == ExitCode.NotFound ? (Action<string>)messages.Debug : messages.Warn)(text);
        }

        return true;
    }

    public void Dispose()
    {
        foreach (RegistryClient place in places)
        {
            place.Dispose();
        }
    }
}

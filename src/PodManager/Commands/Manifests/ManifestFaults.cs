namespace PodManager.Commands.Manifests;

/// <summary>What is wrong with a manifest, each thing with its place.</summary>
/// <param name="name">The file's, as the user wrote it.</param>
internal sealed class ManifestFaults(string name)
{
    // More would be no help to anybody; a file of a megabyte can have some hundred thousand.
    private const int MostTold = 50;

    private readonly List<(ManifestPlace Place, string Text)> _faults = [];

    public int Count => _faults.Count;

    public void Add(ManifestPlace place, string text) => _faults.Add((place, text));

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<string> Told()
    {
        string[] told = [.. _faults.OrderBy(static fault => fault.Place.Line).ThenBy(static fault => fault.Place.Column).Select(fault => $"{name}:{fault.Place.Line}:{fault.Place.Column}: {fault.Text}")];
        return told.Length <= MostTold ? told : [.. told.Take(MostTold), $"{told.Length - MostTold} more faults in '{name}'"];
    }
}

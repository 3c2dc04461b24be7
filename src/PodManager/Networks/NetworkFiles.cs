using System.Text;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Networks;

/// <summary>A file of net.d, and what it says or why that cannot be told.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Configuration">Null if it does not count.</param>
/// <param name="Problem">Why it does not.</param>
/// <param name="IsHarmless">Another file counts in its place.</param>
internal sealed record NetworkFile(string Path, NetworkConfiguration? Configuration, string? Problem, bool IsHarmless = false);

/// <summary>The files that configure networks: the administrator's directory first, then the distribution's, each in the order of names.</summary>
internal static class NetworkFiles
{
    private const int LimitBytes = 1 << 20;

    private static readonly string[] Extensions = [".conf", ".conflist", ".json"];

    /// <summary>
    /// All that count. A network of the administrator's replaces one of the same name, an empty file (a link to /dev/null) one of the same file name; two of a name in one directory: the first
    /// counts, and the second has a problem.
    /// </summary>
    public static IReadOnlyList<NetworkFile> Read(IReadOnlyList<string> directories)
    {
        List<NetworkFile> files = [];
        HashSet<string> masked = [];
        foreach (string directory in directories)
        {
            List<NetworkFile> here = [];
            foreach (string path in Paths(directory).Where(path => !masked.Contains(Path.GetFileName(path))))
            {
                if (ReadOne(path) is not { } file)
                {
                    _ = masked.Add(Path.GetFileName(path));
                }
                else if (file.Configuration is { } network && here.FirstOrDefault(other => other.Configuration?.Name == network.Name) is { } first)
                {
                    here.Add(file with { Configuration = null, Problem = $"network '{network.Name}' is in '{first.Path}' already", IsHarmless = true });
                }
                else if (file.Configuration is null || !files.Any(other => other.Configuration?.Name == file.Configuration.Name))
                {
                    here.Add(file);
                }
            }

            files.AddRange(here);
        }

        // Interfaces are numbered in this order, whichever directory a file is in.
        return [.. files.OrderBy(static file => Path.GetFileName(file.Path), StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Paths(string directory)
    {
        try
        {
            return Directory.GetFiles(directory).Where(static path => Extensions.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <returns>Null if the file is empty.</returns>
    private static NetworkFile? ReadOne(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY | O_NONBLOCK);
            string text = Encoding.UTF8.GetString(Files.ReadBytes(file, LimitBytes));
            return text.Length == 0 ? null : new NetworkFile(path, NetworkConfiguration.Parse(text), null);
        }
        catch (NativeException e)
        {
            return new NetworkFile(path, null, e.Reason);
        }
        catch (FormatException e)
        {
            return new NetworkFile(path, null, e.Message);
        }
    }
}

using System.Runtime.CompilerServices;
using Xunit;

namespace PodManager.Tests;

/// <summary>Compares text with a file below tests/golden; `make golden` (PODCTL_GOLDEN=write) rewrites the files instead, and a review reads the difference.</summary>
internal static class Golden
{
    public static void Verify(string name, string actual, [CallerFilePath] string caller = "")
    {
        string path = Path.Combine(Root(caller), name);
        if (Environment.GetEnvironmentVariable("PODCTL_GOLDEN") == "write")
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; `make golden` writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The tests may run from another place than the one they were built in, as in a throwaway host.</summary>
    private static string Root(string caller)
    {
        if (Environment.GetEnvironmentVariable("PODCTL_GOLDEN_DIR") is string directory)
        {
            return directory;
        }

        string? at = File.Exists(caller) ? Path.GetDirectoryName(caller) : AppContext.BaseDirectory;
        while (at is not null && !Directory.Exists(Path.Combine(at, "tests", "golden")))
        {
            at = Path.GetDirectoryName(at);
        }

        return Path.Combine(at ?? throw new DirectoryNotFoundException("tests/golden"), "tests", "golden");
    }
}

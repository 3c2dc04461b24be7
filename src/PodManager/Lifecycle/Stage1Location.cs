namespace PodManager.Lifecycle;

/// <summary>Where Stage1 is installed, seen from podctl's own place: PREFIX/lib/podctl/stage1 beside PREFIX/bin/podctl, or in the same directory as built.</summary>
internal static class Stage1Location
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        string own = System.IO.Path.GetDirectoryName(Environment.ProcessPath) ?? "/usr/bin";
        string beside = System.IO.Path.Combine(own, "stage1");
        return File.Exists(beside) ? beside : System.IO.Path.GetFullPath(System.IO.Path.Combine(own, "../lib/podctl/stage1"));
    }
}

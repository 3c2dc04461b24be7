namespace PodManager.Lifecycle;

/// <summary>Where Stage1 is installed, seen from podctl's own place: PREFIX/lib/podctl/stage1 beside PREFIX/bin/podctl, or in the same directory as built.</summary>
internal static class Stage1Location
{
    public static string Path { get; } = Find();

    /// <summary>The same, as pods see it: of the host's programs they have those below /usr.</summary>
    /// <param name="app">Who needs it there.</param>
    /// <exception cref="PodctlException">It is somewhere else.</exception>
    public static string InPod(Pods.AppName app) => Path.StartsWith("/usr/", StringComparison.Ordinal) ? Path : throw new PodctlException(
        ExitCode.RunFailed, $"app '{app}' has streams to attach to, which takes `{Path}` in the pod, and a pod sees no more of the host than /usr", "`make install` installs podctl there");

    private static string Find()
    {
        string own = System.IO.Path.GetDirectoryName(Environment.ProcessPath) ?? "/usr/bin";
        string beside = System.IO.Path.Combine(own, "stage1");
        return File.Exists(beside) ? beside : System.IO.Path.GetFullPath(System.IO.Path.Combine(own, "../lib/podctl/stage1"));
    }
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Decides what an app executes: the image's entry point and command, the user's words, and where the program is in the image.</summary>
internal static class AppCommand
{
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The words of the command line (DESIGN §5.2).</summary>
    /// <exception cref="PodctlException">There is no command.</exception>
    public static IReadOnlyList<string> Words(ImageConfig image, AppOptions options)
    {
        IReadOnlyList<string> words = options switch
        {
            { Exec: string exec } => [exec, .. options.Arguments ?? []],
            { Arguments: { } arguments } => [.. image.Entrypoint, .. arguments],
            _ => [.. image.Entrypoint, .. image.Command],
        };
        return words.Count > 0 && words[0].Length > 0
            ? words
            : throw new PodctlException(ExitCode.RunFailed, $"image '{options.Image}' names no command", "say what to run: `-- COMMAND…`, or `--exec=PROGRAM`");
    }

    /// <summary>Finds the program as execvp(3) would inside the image: a path as it is, relative to the working directory; a bare word in the image's PATH.</summary>
    /// <returns>Its absolute path in the image, links not followed.</returns>
    /// <exception cref="PodctlException">It is not there (127), or nobody can execute it (126).</exception>
    public static string Find(IImageRoot root, string word, string workingDirectory, IReadOnlyList<string> environment)
    {
        string path = environment.LastOrDefault(static e => e.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        string[] candidates = word.Contains('/', StringComparison.Ordinal)
            ? [Path.GetFullPath(Path.Combine(workingDirectory, word))]
            : [.. path.Split(':').Select(directory => Path.GetFullPath(Path.Combine(workingDirectory, directory, word)))];
        bool isThere = false;
        foreach (string candidate in candidates)
        {
            if (root.Find(candidate) is ImageFile file)
            {
                if (file.IsExecutable)
                {
                    return candidate;
                }

                isThere |= file.IsDirectory || file.IsRegular;
            }
        }

        string where = word.Contains('/', StringComparison.Ordinal) ? "in the image" : $"in the image's PATH ({path})";
        throw isThere
            ? new PodctlException(ExitCode.CannotExecute, $"cannot run '{word}': it is no executable file", $"looked {where}")
            : new PodctlException(ExitCode.CommandNotFound, $"cannot run '{word}': there is no such file {where}");
    }
}

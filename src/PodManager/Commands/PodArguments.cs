using System.CommandLine;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Commands;

/// <summary>How verbs name pods: by the beginnings of UUIDs, or by `--uuid-file`.</summary>
internal sealed class PodArguments
{
    private const int UuidFileLimit = 64;

    private readonly bool _isMany;
    private readonly bool _mayBeNone;
    private readonly Argument<string[]> _words;
    private readonly Flag<string?> _file = Flags.Text("--uuid-file", "FILE", "take the pod's UUID from FILE");

    /// <param name="isMany">Whether there may be more than one.</param>
    /// <param name="mayBeNone">Whether none means all.</param>
    public PodArguments(bool isMany, bool mayBeNone = false)
    {
        _isMany = isMany;
        _mayBeNone = mayBeNone;
        _words = new Argument<string[]>(isMany ? "POD…" : "POD") { Arity = ArgumentArity.ZeroOrMore };
    }

    public void AddTo(Command command)
    {
        command.Add(_words);
        command.Add(_file);
    }

    public IEnumerable<string> Faults(ParseResult parsed)
    {
        int count = parsed.GetValue(_words)?.Length ?? 0;
        bool hasFile = _file.Of(parsed) is not null;
        if (count == 0 && !hasFile && !_mayBeNone)
        {
            yield return "must provide the UUID or the name of a pod";
        }
        else if (count > 0 && hasFile)
        {
            yield return "--uuid-file and a UUID exclude each other";
        }
        else if (count > 1 && !_isMany)
        {
            yield return $"one pod at a time, and '{parsed.GetValue(_words)![1]}' would be a second";
        }
    }

    /// <summary>The pods, each once.</summary>
    /// <exception cref="PodctlException">Some are not there, and all of these are named: nothing has been done to any.</exception>
    public IReadOnlyList<PodId> Read(ParseResult parsed, PodService pods)
    {
        string[] words = _file.Of(parsed) is { } file ? [ReadFile(file)] : parsed.GetValue(_words)!;
        List<PodId> found = [];
        Failures failures = new("find", "pod");
        foreach (string word in words)
        {
            failures.Collect(() => found.Add(pods.Resolve(word)));
        }

        failures.ThrowIfAny();
        return [.. found.Distinct()];
    }

    private static string ReadFile(string file)
    {
        try
        {
            // A UUID and its line's end; what has more is something else, or has no end.
            using Fd open = Files.Open(file, O_RDONLY | O_NONBLOCK);
            string text = Files.ReadText(open, UuidFileLimit).Trim();
            return text.Length is > 0 and < UuidFileLimit ? text : throw new PodctlException(ExitCode.Usage, $"the file '{file}' holds no UUID");
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot read the UUID file '{file}': {e.Reason}");
        }
    }
}

using Common.Contract;

namespace PodManager.Pods;

/// <summary>`--mode` of `podctl attach`: to what of an app.</summary>
/// <param name="Targets">What is asked for; nothing for what fits best.</param>
/// <param name="IsList">Only say what there is.</param>
internal sealed record AttachMode(AttachTargets Targets, bool IsList = false)
{
    public static readonly AttachMode Auto = new(AttachTargets.None);

    private static readonly IReadOnlyList<(string Name, AttachTargets Targets)> Names =
    [
        ("stdin", AttachTargets.Stdin), ("stdout", AttachTargets.Stdout), ("stderr", AttachTargets.Stderr),
        ("tty", AttachTargets.TtyIn | AttachTargets.TtyOut), ("tty-in", AttachTargets.TtyIn), ("tty-out", AttachTargets.TtyOut),
    ];

    private const AttachTargets Terminal = AttachTargets.TtyIn | AttachTargets.TtyOut;

    /// <summary>The names of all that can be attached to.</summary>
    public static IReadOnlyList<string> NamesOf(AttachTargets available) => [.. Names.Where(name => (name.Targets & ~available) == 0).Select(static name => name.Name)];

    /// <returns>What is wrong with it; null if nothing is.</returns>
    public static string? Read(string text, out AttachMode mode)
    {
        mode = text == "list" ? new AttachMode(AttachTargets.None, IsList: true) : Auto;
        if (text is "list" or "auto")
        {
            return null;
        }

        AttachTargets targets = AttachTargets.None;
        string[] words = text.Split(',');
        foreach (string word in words)
        {
            AttachTargets meant = Names.FirstOrDefault(name => name.Name == word).Targets;
            if (meant == AttachTargets.None)
            {
                return word is "list" or "auto" ? $"'{word}' stands alone" : $"'{word}' is no mode: use auto, list, tty, tty-in, tty-out, or some of stdin,stdout,stderr";
            }

            if ((targets & meant) != 0)
            {
                return $"'{word}' is said twice";
            }

            targets |= meant;
        }

        mode = new AttachMode(targets);
        return (targets & Terminal) != 0 && words.Length > 1 ? "a terminal is attached to alone: tty, tty-in or tty-out" : null;
    }

    /// <summary>What is meant, of an app's streams.</summary>
    /// <param name="app">The app.</param>
    /// <param name="modes">Its streams.</param>
    /// <exception cref="PodctlException">It does not have them.</exception>
    public AttachTargets In(AppName app, StreamModes modes)
    {
        AttachTargets available = modes.Targets;
        if (available == AttachTargets.None)
        {
            throw new PodctlException(
                ExitCode.WrongState, $"app '{app}' has nothing to attach to: its streams are {Configured(modes)}", "`--stdout=stream` or `--stdout=tty` after the image makes some when a pod is made; `podctl logs` shows what it writes");
        }

        if ((Targets & ~available) != 0)
        {
            string missing = string.Join(" and ", Names.Where(name => (name.Targets & Targets & ~available) != 0 && name.Name != "tty").Select(static name => name.Name));
            throw new PodctlException(ExitCode.WrongState, $"app '{app}' has no {missing} to attach to: its streams are {Configured(modes)}", "`--mode=list` lists what it has");
        }

        return Targets == AttachTargets.None ? available : Targets;
    }

    private static string Configured(StreamModes modes) =>
        $"--stdin={StreamModes.Word(modes.Stdin)} --stdout={StreamModes.Word(modes.Stdout)} --stderr={StreamModes.Word(modes.Stderr)}";
}

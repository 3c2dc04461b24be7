using PodManager.Pods;

namespace PodManager.Output;

/// <summary>What an image says about its app, as `image inspect` gives it; what it does not say is empty.</summary>
internal sealed record ImageConfigView(
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Cmd,
    IReadOnlyList<string> Env,
    string User,
    string WorkingDir,
    string StopSignal,
    IReadOnlyList<string> ExposedPorts,
    IReadOnlyList<string> Volumes,
    IReadOnlyDictionary<string, string> Labels)
{
    public static ImageConfigView Of(ImageConfig config) => new(
        config.Entrypoint,
        config.Command,
        config.Environment,
        config.User,
        config.WorkingDirectory,
        config.StopSignal,
        config.ExposedPorts,
        config.Volumes,
        config.Labels);
}

using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>An app of a pod in its manifest.</summary>
internal sealed class ManifestApp
{
    private const string What = "an app";

    /// <param name="section">What the manifest says about it.</param>
    /// <param name="volumes">The pod's.</param>
    /// <param name="hasOwnUsers">Whether the pod gets a user namespace.</param>
    public ManifestApp(ManifestSection section, ManifestVolumes volumes, bool hasOwnUsers)
    {
        Section = section;
        section.Require("image", What);
        string? image = section.Value<string?>("image", ReadImage, null);
        AppName? name = section.Value<AppName?>("name", RunValues.ReadAppName, null);
        Name = name ?? (image is not null && (!section.Has("name")) && ImageRef.TryParse(image, out ImageRef? reference, out _) is null ? AppName.FromImage(reference!.Name) : null);
        IReadOnlyList<string>? exec = section.Values<string>("exec", ManifestSection.ReadAnyText);
        IReadOnlyList<string>? arguments = section.Values<string>("args", ManifestSection.ReadAnyText);
        CheckCommand(exec, arguments);
        AppIsolation isolation = new ManifestIsolation(section, hasOwnUsers).Read(out bool hasSystemCallOption);
        Options = new AppOptions
        {
            Image = image ?? "",
            ImageId = section.Value<Digest?>("imageId", ReadDigest, null),
            Name = name,
            Exec = exec is [{ } program, ..] ? program : null,
            Arguments = exec is null ? arguments : [.. exec.Skip(1)],
            User = section.Text("user"),
            Group = section.Text("group"),
            SupplementaryGids = section.Numbers<uint>("supplementaryGids", ReadGroup),
            WorkingDirectory = section.Value<string?>("workingDirectory", RunValues.ReadAbsolutePath, null),
            Environment = [.. section.Texts("environment", VariableFault).Select(static variable => $"{variable.Key}={variable.Value}")],
            Mounts = ReadMounts(volumes),
            After = section.Values<AppName>("after", ReadName) ?? [],
            Credentials = [.. section.Texts("credentials", CredentialFault).Select(static credential => new AppCredential(credential.Key, credential.Value))],
            Restart = section.Value("restart", RunValues.ReadRestartPolicy, RestartPolicy.No),
            Notify = section.Has("notify") ? section.Switch("notify", absent: false) : null,
            Health = ManifestHealth.Read(section),
            Streams = ReadStreams(),
            Isolation = isolation,
            HasSystemCallOption = hasSystemCallOption,
            MayGainPrivileges = section.Has("noNewPrivileges") && !isolation.NoNewPrivileges,
            Notes = ManifestNotes.Read(section),
        };
        section.End(What);
    }

    public ManifestSection Section { get; }

    /// <summary>Its own or that of its image; null if neither can be read.</summary>
    public AppName? Name { get; }

    /// <summary>Where it has its name from.</summary>
    public ManifestPlace NamePlace => Section.Has("name") ? Section.PlaceOf("name") : Section.PlaceOf("image");

    public AppOptions Options { get; }

    private void CheckCommand(IReadOnlyList<string>? exec, IReadOnlyList<string>? arguments)
    {
        if (exec is not null && arguments is not null)
        {
            Section.Fault("args", "'exec' is the whole command line, so that 'args' cannot follow it");
        }
        else if (exec is [] or ["", ..])
        {
            Section.Fault("exec", "it names no program");
        }
    }

    private StreamModes ReadStreams()
    {
        StreamModes modes = new(
            Section.Value("stdin", StreamFlags.ReadInput, StreamModes.Default.Stdin),
            Section.Value("stdout", StreamFlags.ReadOutput, StreamModes.Default.Stdout),
            Section.Value("stderr", StreamFlags.ReadOutput, StreamModes.Default.Stderr));
        if (modes.Fault is { } fault)
        {
            Section.Fault(Section.Has("stderr") ? "stderr" : "stdout", fault);
        }

        return modes;
    }

    private List<VolumeMount> ReadMounts(ManifestVolumes volumes)
    {
        List<VolumeMount> mounts = [];
        foreach (ManifestSection section in Section.Sections("mounts"))
        {
            section.Require("volume", "a mount");
            section.Require("target", "a mount");
            string? volume = section.Text("volume");
            string? target = section.Value<string?>("target", VolumeValues.ReadTarget!, null);
            section.End("a mount");
            if (volume is not null && !volumes.HasFaults && !volumes.All.Any(other => other.Name == volume))
            {
                section.Fault("volume", $"there is no volume '{volume}'");
            }

            if (target is not null && mounts.Any(mount => mount.Target == target))
            {
                section.Fault("target", $"there are two mounts at '{target}'");
            }
            else if (volume is not null && target is not null)
            {
                mounts.Add(new VolumeMount(volume, target));
            }
        }

        // What is mounted above comes before what is below.
        return [.. mounts.OrderBy(static mount => mount.Target.Count(static c => c == '/'))];
    }

    private static string? VariableFault(string name, string value) =>
        name.Contains('=', StringComparison.Ordinal) ? $"'{name}' is no name of a variable" : RunValues.ReadVariable($"{name}={value}", out _);

    private static string? CredentialFault(string name, string file) =>
        file.StartsWith('/') ? RunValues.ReadCredential($"{name}:{file}", out _) : $"'{file}' is no absolute path of the file that holds the credential";

    private static string? ReadImage(string text, out string? value)
    {
        value = text;
        return ImageRef.TryParse(text, out _, out _) is { } fault ? $"invalid image reference '{text}': {fault}" : null;
    }

    private static string? ReadDigest(string text, out Digest? value) => Digest.TryParse(text, out value) ? null : $"'{text}' is no digest such as sha256: and 64 digits";

    private static string? ReadName(string text, out AppName value)
    {
        string? fault = RunValues.ReadAppName(text, out AppName? name);
        value = name ?? default;
        return fault;
    }

    private static string? ReadGroup(string text, out uint value)
    {
        string? fault = IsolationValues.ReadIds(text, out IReadOnlyList<uint> ids);
        value = ids is [uint id] ? id : 0;
        return fault ?? (ids.Count == 1 ? null : $"'{text}' is no number of a group");
    }
}

using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>What an app may do and use, in its manifest.</summary>
internal sealed class ManifestIsolation(ManifestSection app, bool hasOwnUsers)
{
    // Makes any other part of the option complete, so that each can be read by itself.
    private const string NoCall = SeccompOption.EmptySet;

    /// <param name="hasSystemCallOption">Whether the filter of system calls is what the manifest says.</param>
    public AppIsolation Read(out bool hasSystemCallOption)
    {
        IReadOnlyList<string>? capabilities = ReadCapabilities();
        SeccompOption? option = ReadSystemCalls();
        hasSystemCallOption = option is not null;
        AppIsolation isolation = new AppIsolation
        {
            Capabilities = capabilities,
            SystemCalls = option?.Filter(capabilities ?? Capabilities.Default, hasOwnUsers),
            NoNewPrivileges = app.Switch("noNewPrivileges", absent: false),
            ReadOnlyRoot = app.Switch("readOnlyRoot", absent: false),
            Ulimits = ReadUlimits(),
            OomScoreAdjustment = app.Number<int?>("oomScoreAdjust", IsolationValues.ReadOomScore, null),
        }.With(ManifestLimits.Read(app));
        if (isolation.OomScoreAdjustment < 0 && hasOwnUsers)
        {
            app.Fault("oomScoreAdjust", "less than 0 is for the host's own processes, which those of a user namespace are not (privateUsers: false)");
        }

        return isolation;
    }

    private List<Ulimit> ReadUlimits()
    {
        List<Ulimit> limits = [];
        foreach ((string name, string value) in app.Texts("ulimits", static (name, value) => Ulimit.Parse($"{name}={value}", out _)))
        {
            _ = Ulimit.Parse($"{name}={value}", out Ulimit? limit);
            if (limits.Any(other => other.Name == limit!.Name))
            {
                app.Fault("ulimits", $"'{name}' is there twice");
            }

            limits.Add(limit!);
        }

        return limits;
    }

    private IReadOnlyList<string>? ReadCapabilities()
    {
        if (app.Section("capabilities") is not { } section)
        {
            return null;
        }

        IReadOnlyList<string>? retained = section.Values<string>("retain", ReadCapability);
        IReadOnlyList<string>? removed = section.Values<string>("remove", ReadCapability);
        section.End("capabilities");
        if (retained is null == removed is null)
        {
            app.Fault("capabilities", "either 'retain' or 'remove', which exclude each other");
        }

        return retained is not null ? [.. retained.Distinct()] : removed is null ? null : [.. Capabilities.Default.Except(removed, StringComparer.Ordinal)];
    }

    private SeccompOption? ReadSystemCalls()
    {
        if (app.Section("seccomp") is not { } section)
        {
            return null;
        }

        section.Require("mode", "seccomp");
        section.Require("calls", "seccomp");
        string? mode = section.Value<string?>("mode", static (text, out value) => ReadPart(text, "mode", NoCall, out value), null);
        string? errno = section.Value<string?>("errno", static (text, out value) => ReadPart(text, "errno", $"mode=retain,{NoCall}", out value), null);
        IReadOnlyList<string>? calls = section.Values<string>("calls", ReadCall);
        bool isExact = section.Switch("exact", absent: false);
        bool isNative = section.Switch("native", absent: false);
        section.End("seccomp");
        if (mode is null || calls is null || (section.Has("errno") && errno is null))
        {
            return null;
        }

        IEnumerable<string> words = new[] { $"mode={mode}", errno is null ? null : $"errno={errno}" }.OfType<string>().Concat(calls);
        if (SeccompOption.Read(string.Join(',', words), out SeccompOption? option) is not null && section.Find("calls") is ManifestList { Items.Count: 0 })
        {
            section.Fault("calls", $"it names no system call; '{NoCall}' is the empty set");
        }

        return option is null ? null : option with { IsExact = isExact, IsNativeOnly = isNative };
    }

    private static string? ReadPart(string text, string name, string rest, out string? value)
    {
        value = text;
        return text.Contains(',', StringComparison.Ordinal) ? $"'{text}' is not one word" : SeccompOption.Read($"{name}={text},{rest}", out _);
    }

    private static string? ReadCall(string text, out string value)
    {
        value = text;
        return text.Contains(',', StringComparison.Ordinal) || text.Contains('=', StringComparison.Ordinal)
            ? $"'{text}' is no system call" : SeccompOption.Read($"mode=retain,{text}", out _);
    }

    private static string? ReadCapability(string text, out string value)
    {
        string? fault = IsolationValues.ReadCapabilities(text, out IReadOnlyList<string> names);
        value = names[0];
        return fault ?? (names.Count == 1 ? null : $"'{text}' is not one capability");
    }
}

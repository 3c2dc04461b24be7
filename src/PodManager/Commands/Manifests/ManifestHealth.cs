using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Commands.Manifests;

/// <summary>How an app's health is checked, in its manifest.</summary>
internal static class ManifestHealth
{
    private const string What = "health";

    public static HealthOptions Read(ManifestSection app)
    {
        if (app.Section(What) is not { } section)
        {
            return new HealthOptions();
        }

        IReadOnlyList<string>? command = section.Value<IReadOnlyList<string>?>("cmd", HealthValues.ReadCommand, null);
        IReadOnlyList<string>? words = section.Values<string>("exec", ManifestSection.ReadAnyText);
        if (command is not null && words is not null)
        {
            section.Fault("exec", "either this or 'cmd'");
        }
        else if (words is [] or ["", ..])
        {
            section.Fault("exec", "it names no program");
        }

        HealthOptions options = new()
        {
            Command = command ?? words,
            Interval = section.Value<TimeSpan?>("interval", HealthValues.ReadInterval, null),
            Timeout = section.Value<TimeSpan?>("timeout", HealthValues.ReadTimeout, null),
            Retries = section.Number<int?>("retries", HealthValues.ReadRetries, null),
            StartPeriod = section.Value<TimeSpan?>("startPeriod", HealthValues.ReadPeriod, null),
            StartInterval = section.Value<TimeSpan?>("startInterval", HealthValues.ReadInterval, null),
            OnFailure = section.Value<HealthAction?>("onFailure", HealthValues.ReadAction, null),
        };
        section.End(What);
        if (options is { IsOff: true, HasDetails: true })
        {
            app.Fault(What, "there is no check that the other keys could be about");
        }

        return options;
    }
}

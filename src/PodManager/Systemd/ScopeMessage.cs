using PodManager.Lifecycle;

namespace PodManager.Systemd;

/// <summary>Writes the rest of a StartTransientUnit call: properties `a(sv)`, auxiliary units `a(sa(sv))`.</summary>
internal static class ScopeMessage
{
    public static void Append(BusMessage call, ScopeRequest request) => _ = call
        .Array("(sv)", Properties(request), AppendProperty)
        .Array("(sa(sv))", Array.Empty<UnitProperty>(), AppendProperty);

    public static void Append(BusMessage call, ServiceRequest request) => _ = call
        .Array("(sv)", Properties(request), AppendProperty)
        .Array("(sa(sv))", Array.Empty<UnitProperty>(), AppendProperty);

    private static IEnumerable<UnitProperty> Properties(ServiceRequest request) =>
    [
        new UnitProperty.Text("Description", request.Description),
        new UnitProperty.Text("CollectMode", "inactive-or-failed"),
        new UnitProperty.Text("Type", "oneshot"),
        new UnitProperty.Flag("RemainAfterExit", true),
        new UnitProperty.Command("ExecStop", request.StopCommand),
        new UnitProperty.UInt64("TimeoutStopUSec", (ulong)request.StopTimeout.TotalMicroseconds),

        // What is ordered before is stopped after.
        new UnitProperty.TextList("BindsTo", [request.Scope]),
        new UnitProperty.TextList("Before", [request.Scope]),
    ];

    private static IEnumerable<UnitProperty> Properties(ScopeRequest request)
    {
        yield return new UnitProperty.Text("Description", request.Description);
        yield return new UnitProperty.Text("Slice", request.Slice);
        yield return new UnitProperty.Flag("Delegate", request.Delegate);

        // Without this a scope that failed stays, and blocks its name.
        yield return new UnitProperty.Text("CollectMode", "inactive-or-failed");

        // The default of the host's manager is meant for services.
        yield return new UnitProperty.UInt64("TasksMax", ulong.MaxValue);
        if (request.KillSignal is { } signal)
        {
            yield return new UnitProperty.Int32("KillSignal", signal);
        }

        if (request.StopTimeout is { } timeout)
        {
            yield return new UnitProperty.UInt64("TimeoutStopUSec", timeout == Timeout.InfiniteTimeSpan ? ulong.MaxValue : (ulong)timeout.TotalMicroseconds);
        }

        if (request.DevicePolicy is { } policy)
        {
            yield return new UnitProperty.Text("DevicePolicy", policy);
            yield return new UnitProperty.PairList("DeviceAllow", request.DeviceAllow);
        }

        if (request.BindsTo.Count > 0)
        {
            yield return new UnitProperty.TextList("BindsTo", request.BindsTo);
        }

        foreach (UnitProperty property in request.Properties)
        {
            yield return property;
        }

        yield return new UnitProperty.UInt32List("PIDs", [.. request.Pids.Select(static pid => (uint)pid)]);
    }

    public static void AppendProperty(BusMessage message, UnitProperty property)
    {
        _ = message.Open('r', "sv").Append(property.Name);
        _ = property switch
        {
            UnitProperty.Text p => message.Open('v', "s").Append(p.Value),
            UnitProperty.Flag p => message.Open('v', "b").Append(p.Value),
            UnitProperty.Int32 p => message.Open('v', "i").Append(p.Value),
            UnitProperty.UInt32 p => message.Open('v', "u").Append(p.Value),
            UnitProperty.UInt64 p => message.Open('v', "t").Append(p.Value),
            UnitProperty.TextList p => message.Open('v', "as").Append(p.Values),
            UnitProperty.UInt32List p => message.Open('v', "au").Array("u", p.Values, static (m, value) => m.Append(value)),
            UnitProperty.PathNumbers p => message.Open('v', "a(st)").Array("(st)", p.Values, AppendPathNumber),
            UnitProperty.Command p => message.Open('v', "a(sasb)").Array("(sasb)", [p.Words], AppendCommand),
            UnitProperty.PairList p => message.Open('v', "a(ss)").Array("(ss)", p.Values, AppendPair),
            _ => throw new InvalidOperationException($"no D-Bus type for {property.GetType().Name}"),
        };
        _ = message.Close().Close();
    }

    // The program, its arguments with its name first, and that a failure of it counts.
    private static void AppendCommand(BusMessage message, IReadOnlyList<string> words) =>
        _ = message.Open('r', "sasb").Append(words[0]).Append(words).Append(false).Close();

    private static void AppendPathNumber(BusMessage message, (string Path, ulong Number) entry) =>
        _ = message.Open('r', "st").Append(entry.Path).Append(entry.Number).Close();

    private static void AppendPair(BusMessage message, (string First, string Second) pair) =>
        _ = message.Open('r', "ss").Append(pair.First).Append(pair.Second).Close();
}

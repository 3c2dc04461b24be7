using System.Text.Json;
using System.Text.Json.Serialization;
using PodManager.Pods;

namespace PodManager.Store;

/// <summary>A value that is one word in JSON.</summary>
internal abstract class WordConverter<T> : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.GetString() ?? "";
        return TryParse(text, out T value) ? value : throw new JsonException($"'{text}' is no {typeof(T).Name}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));

    protected abstract bool TryParse(string text, out T value);

    protected abstract string Format(T value);
}

internal sealed class PodIdConverter : WordConverter<PodId>
{
    protected override bool TryParse(string text, out PodId value)
    {
        bool isValid = PodId.TryParse(text, out PodId? id);
        value = id ?? default;
        return isValid;
    }

    protected override string Format(PodId value) => value.ToString();
}

internal sealed class AppNameConverter : WordConverter<AppName>
{
    protected override bool TryParse(string text, out AppName value)
    {
        bool isValid = AppName.TryParse(text, out AppName? name);
        value = name ?? default;
        return isValid;
    }

    protected override string Format(AppName value) => value.ToString();
}

internal sealed class PodNameConverter : WordConverter<PodName>
{
    protected override bool TryParse(string text, out PodName value)
    {
        bool isValid = PodName.TryParse(text, out PodName? name);
        value = name ?? default;
        return isValid;
    }

    protected override string Format(PodName value) => value.ToString();
}

internal sealed class RestartPolicyConverter : WordConverter<RestartPolicy>
{
    protected override bool TryParse(string text, out RestartPolicy value) => RestartPolicies.TryParse(text, out value);

    protected override string Format(RestartPolicy value) => value.Word();
}

internal sealed class HealthActionConverter : WordConverter<HealthAction>
{
    protected override bool TryParse(string text, out HealthAction value) => HealthActions.TryParse(text, out value);

    protected override string Format(HealthAction value) => value.Word();
}

internal sealed class StreamModeConverter : WordConverter<StreamMode>
{
    protected override bool TryParse(string text, out StreamMode value) => StreamModes.TryParse(text, out value);

    protected override string Format(StreamMode value) => StreamModes.Word(value);
}

internal sealed class NetworkModeConverter : WordConverter<NetworkMode>
{
    protected override bool TryParse(string text, out NetworkMode value)
    {
        value = text switch { "host" => NetworkMode.Host, "named" => NetworkMode.Named, "all" => NetworkMode.All, _ => NetworkMode.None };
        return text is "host" or "none" or "named" or "all";
    }

    protected override string Format(NetworkMode value) => value switch
    {
        NetworkMode.Host => "host",
        NetworkMode.Named => "named",
        NetworkMode.All => "all",
        _ => "none",
    };
}

internal sealed class RunModeConverter : WordConverter<RunMode>
{
    protected override bool TryParse(string text, out RunMode value)
    {
        value = text switch { "interactive" => RunMode.Interactive, "detached" => RunMode.Detached, _ => RunMode.Foreground };
        return text is "foreground" or "interactive" or "detached";
    }

    protected override string Format(RunMode value) => value switch
    {
        RunMode.Interactive => "interactive",
        RunMode.Detached => "detached",
        _ => "foreground",
    };
}

internal sealed class InsecureOptionsConverter : WordConverter<InsecureOptions>
{
    protected override bool TryParse(string text, out InsecureOptions value) => InsecureOptionList.TryParse(text, out value);

    protected override string Format(InsecureOptions value) => InsecureOptionList.Format(value);
}

namespace PodManager.Pods;

/// <summary>The actions' words.</summary>
internal static class HealthActions
{
    public static bool TryParse(string text, out HealthAction action)
    {
        action = text switch { "restart" => HealthAction.Restart, "stop" => HealthAction.Stop, "kill" => HealthAction.Kill, _ => HealthAction.None };
        return text is "none" or "restart" or "stop" or "kill";
    }

    public static string Word(this HealthAction action) => action switch
    {
        HealthAction.Restart => "restart",
        HealthAction.Stop => "stop",
        HealthAction.Kill => "kill",
        _ => "none",
    };
}

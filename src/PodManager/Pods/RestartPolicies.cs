namespace PodManager.Pods;

/// <summary>The policies' words, which are systemd's.</summary>
internal static class RestartPolicies
{
    public static bool TryParse(string text, out RestartPolicy policy)
    {
        policy = text switch { "on-failure" => RestartPolicy.OnFailure, "always" => RestartPolicy.Always, _ => RestartPolicy.No };
        return text is "no" or "on-failure" or "always";
    }

    public static string Word(this RestartPolicy policy) => policy switch
    {
        RestartPolicy.OnFailure => "on-failure",
        RestartPolicy.Always => "always",
        _ => "no",
    };
}

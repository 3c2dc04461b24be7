using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Common.Native;
using static Tmds.Linux.LibC;

namespace PodManager.Networks;

/// <summary>One call of a plugin (CNI specification, section 2).</summary>
/// <param name="Command">ADD, DEL, CHECK, GC, STATUS or VERSION.</param>
/// <param name="Type">The plugin.</param>
internal sealed record PluginCall(string Command, string Type)
{
    private const int OutputLimit = 1 << 20;
    private const int MessageLimit = 400;
    private const int LockDescriptor = 3;

    /// <summary>The pod's UUID.</summary>
    public string Container { get; init; } = "";

    /// <summary>Empty for a namespace that is gone.</summary>
    public string Namespace { get; init; } = "";

    public string Interface { get; init; } = "";

    /// <summary>`K=V;K=V`.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>What it reads.</summary>
    public required JsonObject Configuration { get; init; }

    /// <summary>What it writes its result to; null for a file in memory. A plugin that outlives podctl still writes here.</summary>
    public Fd? Output { get; init; }

    /// <summary>A locked descriptor, which stays locked for as long as the plugin runs, whatever becomes of podctl.</summary>
    public Fd? Lock { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <returns>What it printed, an object; null if it printed nothing.</returns>
    /// <exception cref="PodctlException">It is missing, or failed, or did not answer in time, or printed something else.</exception>
    public JsonObject? Run(PluginDirectories plugins)
    {
        string path = plugins.Find(Type) ?? throw new PodctlException(ExitCode.HostLacks, $"plugin '{Type}' is not installed", plugins.Hint([Type]));
        using Fd input = Files.OpenMemory("cni-input");
        Files.WriteAll(input, Encoding.UTF8.GetBytes(Configuration.ToJsonString()));
        using Fd start = Files.Open(input.ProcPath, O_RDONLY);
        using Fd memory = Files.OpenMemory("cni-output");
        using Fd error = Files.OpenMemory("cni-error");
        Fd output = Output ?? memory;
        int code = Execute(path, plugins, start, output, error);
        string text = Read(output);
        if (code != 0)
        {
            throw new PodctlException(ExitCode.Failed, $"plugin '{Type}': {Reason(text, Read(error), code)}");
        }

        return text.Trim().Length == 0 ? null
            : Parse(text) ?? throw new PodctlException(ExitCode.Failed, $"plugin '{Type}' printed no result: '{Short(text)}'", $"'{path}' has to be a CNI plugin");
    }

    /// <summary>What a plugin has written; null if it is no JSON object.</summary>
    public static JsonObject? Parse(string text)
    {
        try
        {
            JsonObject? result = JsonNode.Parse(text) as JsonObject;
            _ = result?.Count; // keys that are there twice are found now
            return result;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private int Execute(string path, PluginDirectories plugins, Fd input, Fd output, Fd error)
    {
        List<(Fd, int)> descriptors = [(input, 0), (output, 1), (error, 2)];
        if (Lock is not null)
        {
            descriptors.Add((Lock, LockDescriptor));
        }

        string[] environment =
        [
            $"CNI_COMMAND={Command}", $"CNI_CONTAINERID={Container}", $"CNI_NETNS={Namespace}", $"CNI_IFNAME={Interface}", $"CNI_ARGS={Arguments}",
            $"CNI_PATH={string.Join(':', plugins.All)}", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ];
        int pid;
        try
        {
            pid = Spawn.Start(path, [path], environment, descriptors, ownSession: true);
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot run the plugin '{path}': {e.Reason}", cause: e);
        }

        using Fd process = Pidfd.Open(pid)!; // not waited for yet, so it cannot be gone
        if (!HasEnded(process))
        {
            _ = Libc.Kill(-pid, SIGKILL); // with what it has started: its session is its own
            _ = Spawn.Wait(pid);
            throw new PodctlException(ExitCode.Failed, $"plugin '{Type}' did not answer {Command} within {Timeout.TotalSeconds:0} s, and was killed");
        }

        return Spawn.Wait(pid);
    }

    private bool HasEnded(Fd process)
    {
        bool[] isReady = [false];
        for (long start = Environment.TickCount64; !isReady[0]; _ = Poll.Wait([process], TimeSpan.FromMilliseconds(500), isReady))
        {
            if (Environment.TickCount64 - start > Timeout.TotalMilliseconds)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The plugin's own words (section 5, Error), else the last that it said at all.</summary>
    private static string Reason(string output, string error, int code)
    {
        if (Parse(output) is { } result && NetworkConfiguration.Text(result, "msg") is { Length: > 0 } message)
        {
            return Short(NetworkConfiguration.Text(result, "details") is { Length: > 0 } details ? $"{message}: {details}" : message);
        }

        string said = Short(error.Trim().Length > 0 ? error : output);
        return said.Length == 0 ? $"it ended with {code} and said nothing" : $"it ended with {code}: {said}";
    }

    private static string Short(string text)
    {
        string line = text.Trim().Split('\n')[^1].Trim();
        return line.Length > MessageLimit ? line[..MessageLimit] + "…" : line;
    }

    private static string Read(Fd file)
    {
        using Fd start = Files.Open(file.ProcPath, O_RDONLY);
        return Files.ReadText(start, OutputLimit);
    }
}

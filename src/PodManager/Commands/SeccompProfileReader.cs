using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Common.Native;

namespace PodManager.Commands;

/// <summary>Reads an OCI profile strictly: what is not known, or could be carried out only in part, is a fault with its place.</summary>
internal sealed class SeccompProfileReader
{
    private const int FileLimit = 1 << 20;
    private const int HighestError = 4095;
    private const string NoDefault = "";

    // The machine's own architecture, and all others whose programs it can execute.
    private static readonly (string Own, string[] Others) Architectures = RuntimeInformation.ProcessArchitecture == Architecture.X64
        ? ("SCMP_ARCH_X86_64", ["SCMP_ARCH_X86", "SCMP_ARCH_X32"])
        : ("SCMP_ARCH_AARCH64", ["SCMP_ARCH_ARM"]);

    private static readonly string[] ConditionKeys = ["caps", "arches", "minKernel"];

    private readonly List<string> _faults = [];

    private SeccompProfileReader()
    {
    }

    /// <returns>Null, or all that is wrong with it.</returns>
    public static string? Read(string path, out SeccompProfile? profile)
    {
        profile = null;
        SeccompProfileReader reader = new();
        try
        {
            using Fd file = Files.Open(path, Tmds.Linux.LibC.O_RDONLY);
            using JsonDocument document = JsonDocument.Parse(Files.ReadBytes(file, FileLimit), new JsonDocumentOptions { AllowDuplicateProperties = false });
            profile = reader.Read(Path.GetFullPath(path), document.RootElement);
        }
        catch (NativeException e)
        {
            return $"cannot read '{path}': {e.Reason}";
        }
        catch (JsonException e)
        {
            return $"'{path}' is no JSON: {e.Message}";
        }

        return reader._faults.Count == 0 ? null : $"'{path}': {string.Join("; ", reader._faults)}";
    }

    private SeccompProfile? Read(string path, JsonElement root)
    {
        if (!IsObject(root, "the profile", ["defaultAction", "defaultErrno", "defaultErrnoRet", "architectures", "archMap", "flags", "syscalls"]))
        {
            return null;
        }

        string? usual = Action(root, "", "defaultAction", "defaultErrnoRet");
        bool isNativeOnly = ReadArchitectures(root);
        foreach (string flag in Texts(root, "", "flags"))
        {
            // It only says that all threads get it, as they do.
            if (flag != "SECCOMP_FILTER_FLAG_TSYNC")
            {
                Fault("flags", $"'{flag}' is nothing that systemd could set");
            }
        }

        List<SeccompRule> rules = [];
        foreach ((int index, JsonElement rule) in Items(root, "", "syscalls").Index())
        {
            string place = $"syscalls[{index}]";
            if (IsObject(rule, place, ["name", "names", "action", "errno", "errnoRet", "args", "comment", "includes", "excludes"]))
            {
                rules.Add(ReadRule(rule, place));
            }
        }

        return new SeccompProfile(path, IsAllowList: usual is not null, usual == SeccompProfile.Kill ? null : usual, isNativeOnly, rules);
    }

    private SeccompRule ReadRule(JsonElement rule, string place)
    {
        string[] names = [.. Texts(rule, $"{place}.", "names"), .. rule.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } one ? (string[])[one] : []];
        if (names.Length == 0)
        {
            Fault(place, "it names no system call");
        }

        if (Items(rule, $"{place}.", "args").Length > 0)
        {
            Fault($"{place}.args", $"arguments ({string.Join(", ", names.Take(3))}{(names.Length > 3 ? ", …" : "")}): systemd allows or refuses a system call whatever its arguments are");
        }

        string? answer = Action(rule, $"{place}.", "action", "errnoRet");
        foreach (string unknown in names.Where(static call => !IsKnown(call)))
        {
            // One that is allowed is refused all the same, as every engine has it with a list that is newer than the host.
            if (answer is not null)
            {
                Fault(place, $"'{unknown}' is no system call that this host's libseccomp knows, and could not be refused");
            }
        }

        return new SeccompRule(place, [.. names.Where(IsKnown)], answer, Condition(rule, place, "includes"), Condition(rule, place, "excludes"));
    }

    /// <returns>What a call returns: `EPERM`, or `kill`; null if it is allowed.</returns>
    private string? Action(JsonElement of, string place, string key, string errorKey)
    {
        string? action = of.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        switch (action)
        {
            case "SCMP_ACT_ALLOW":
                return null;
            case "SCMP_ACT_ERRNO":
                return Error(of, place, errorKey);
            case "SCMP_ACT_KILL" or "SCMP_ACT_KILL_PROCESS" or "SCMP_ACT_KILL_THREAD": // systemd knows the whole process only, which is no less
                return SeccompProfile.Kill;
            default:
                Fault($"{place}{key}", action is null ? "it has to be there, a text" : $"'{action}' is nothing that systemd could do: SCMP_ACT_ALLOW, SCMP_ACT_ERRNO and SCMP_ACT_KILL_PROCESS are");
                return NoDefault;
        }
    }

    private string Error(JsonElement of, string place, string key)
    {
        // A name, as some engines write it beside the number, comes first.
        string nameKey = key[..^"Ret".Length];
        if (of.TryGetProperty(nameKey, out JsonElement name) && !(name.ValueKind == JsonValueKind.String && name.GetString() is { Length: 0 }))
        {
            if (name.ValueKind == JsonValueKind.String && ErrnoNames.IsKnown(name.GetString()!))
            {
                return name.GetString()!;
            }

            Fault($"{place}{nameKey}", $"{name.GetRawText()} is the name of no error");
            return NoDefault;
        }

        if (!of.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return "EPERM";
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number is > 0 and <= HighestError)
        {
            return ErrnoNames.NameOf(number) ?? number.ToString(CultureInfo.InvariantCulture);
        }

        Fault($"{place}{key}", $"{value.GetRawText()} is no error number from 1 to {HighestError}");
        return NoDefault;
    }

    private bool ReadArchitectures(JsonElement root)
    {
        List<string> named = [.. Texts(root, "", "architectures")];
        bool hasMap = false;
        foreach (JsonElement entry in Items(root, "", "archMap"))
        {
            hasMap = true;
            if (IsObject(entry, "archMap", ["architecture", "subArchitectures"]) && entry.TryGetProperty("architecture", out JsonElement own) && own.ValueKind == JsonValueKind.String && own.GetString() == Architectures.Own)
            {
                named.AddRange([Architectures.Own, .. Texts(entry, "archMap.", "subArchitectures")]);
            }
        }

        int others = Architectures.Others.Count(named.Contains);
        if ((named.Count > 0 || hasMap) && !named.Contains(Architectures.Own))
        {
            Fault("architectures", $"'{Architectures.Own}' is not among them, and this machine's programs would all be killed");
        }
        else if (others > 0 && others < Architectures.Others.Length)
        {
            Fault("architectures", $"either '{Architectures.Own}' alone or with all of {string.Join(", ", Architectures.Others)}");
        }

        return others == 0;
    }

    private SeccompCondition Condition(JsonElement rule, string place, string key)
    {
        if (!rule.TryGetProperty(key, out JsonElement condition) || condition.ValueKind == JsonValueKind.Null || !IsObject(condition, $"{place}.{key}", ConditionKeys))
        {
            return SeccompCondition.None;
        }

        Version? kernel = null;
        if (condition.TryGetProperty("minKernel", out JsonElement version) && version.ValueKind != JsonValueKind.Null && !(version.ValueKind == JsonValueKind.String && Version.TryParse(version.GetString(), out kernel)))
        {
            Fault($"{place}.{key}.minKernel", $"{version.GetRawText()} is no version such as \"4.8\"");
        }

        return new SeccompCondition([.. Texts(condition, $"{place}.{key}.", "caps")], [.. Texts(condition, $"{place}.{key}.", "arches")], kernel);
    }

    private bool IsObject(JsonElement element, string place, string[] keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Fault(place, "it is no object");
            return false;
        }

        foreach (string key in element.EnumerateObject().Select(static member => member.Name).Except(keys))
        {
            Fault(place, $"unknown key '{key}'");
        }

        return true;
    }

    private JsonElement[] Items(JsonElement of, string place, string key)
    {
        if (!of.TryGetProperty(key, out JsonElement list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            Fault(place + key, "it is no list");
            return [];
        }

        return [.. list.EnumerateArray()];
    }

    private IEnumerable<string> Texts(JsonElement of, string place, string key)
    {
        foreach (JsonElement item in Items(of, place, key))
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                yield return item.GetString()!;
            }
            else
            {
                Fault($"{place}{key}", $"{item.GetRawText()} is no text");
            }
        }
    }

    private static bool IsKnown(string call)
    {
        try
        {
            return LibSeccomp.ResolveName(call) != LibSeccomp.NoSuchName;
        }
        catch (DllNotFoundException)
        {
            return false; // neither does the pod's systemd have it, which then filters nothing
        }
    }

    private void Fault(string place, string text) => _faults.Add($"{place}: {text}");
}

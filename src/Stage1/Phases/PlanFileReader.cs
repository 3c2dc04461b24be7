using System.Text.Json;
using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>Reads the plan that podctl wrote.</summary>
internal static class PlanFileReader
{
    private const int SizeLimitBytes = 16 << 20;

    /// <exception cref="JsonException">It is no plan, or one of another version.</exception>
    public static PodPlan Read(string path)
    {
        using Fd file = Files.Open(path, O_RDONLY);
        return Parse(Files.ReadText(file, SizeLimitBytes));
    }

    /// <summary>Reads the plan of a command.</summary>
    /// <exception cref="JsonException">It is none, or one of another version.</exception>
    public static CommandPlan ReadCommand(Fd file)
    {
        CommandPlan plan = JsonSerializer.Deserialize(ReadAgain(file), PlanJson.Default.CommandPlan) ?? throw new JsonException("the plan is empty");
        return plan.Version == CommandPlan.CurrentVersion
            ? plan
            : throw new JsonException($"the plan has version {plan.Version}, this stage1 takes {CommandPlan.CurrentVersion}");
    }

    /// <summary>Reads a change of apps.</summary>
    /// <exception cref="JsonException">It is none, or one of another version.</exception>
    public static AppChange ReadChange(Fd file)
    {
        AppChange change = JsonSerializer.Deserialize(ReadAgain(file), PlanJson.Default.AppChange) ?? throw new JsonException("the plan is empty");
        return change.Version == AppChange.CurrentVersion
            ? change
            : throw new JsonException($"the plan has version {change.Version}, this stage1 takes {AppChange.CurrentVersion}");
    }

    public static PodPlan Parse(string json)
    {
        PodPlan plan = JsonSerializer.Deserialize(json, PlanJson.Default.PodPlan) ?? throw new JsonException("the plan is empty");
        return plan.Version == PodPlan.CurrentVersion
            ? plan
            : throw new JsonException($"the plan has version {plan.Version}, this stage1 takes {PodPlan.CurrentVersion}");
    }

    // Two processes read it, one after the other, and the second may no longer open it.
    private static string ReadAgain(Fd file)
    {
        _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, 0, SEEK_SET), "lseek", "(plan)");
        return Files.ReadText(file, SizeLimitBytes);
    }
}

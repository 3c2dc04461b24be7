namespace System.Tests.Harness;

/// <summary>Whether this is a machine with a kernel of its own, as tests/image/machine makes them.</summary>
internal static class Machine
{
    /// <summary>The trait of tests that run only there.</summary>
    public const string Trait = "runs-in";

    public const string TraitValue = "machine";

    private static readonly string[] Needed = ["cpu", "memory", "pids"];

    public static bool IsThis => Environment.GetEnvironmentVariable("PODCTL_TEST_SUITE") == TraitValue;

    /// <summary>Why its tests cannot run here; null if they can, or have to.</summary>
    public static string? SkipReason { get; } = IsThis ? SystemHost.SkipReason : SystemHost.SkipReason ?? Lack();

    private static string? Lack() =>
        Needed.Except(File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Trim().Split(' ')).FirstOrDefault() is string controller
            ? $"needs the {controller} controller of cgroup version 2: `make test-machine`" : null;
}

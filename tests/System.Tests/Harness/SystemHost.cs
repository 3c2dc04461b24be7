using Common.Native;

namespace System.Tests.Harness;

/// <summary>Whether this is a machine on which the tests may do as they please.</summary>
internal static class SystemHost
{
    // Made by tests/image/host.
    private const string Marker = "/etc/podctl-test-host";

    /// <summary>Why no system test can run here; null if they can, or if they have to.</summary>
    public static string? SkipReason { get; } = Environment.GetEnvironmentVariable("PODCTL_TEST_REQUIRE") == "1" ? null : Lack();

    private static string? Lack() =>
        Libc.GetEUid() != 0 ? "needs root"
        : !Directory.Exists("/run/systemd/system") ? "needs systemd as PID 1"
        : !File.Exists(Marker) ? $"runs only in a throwaway host, which has {Marker}: `make test-system`"
        : !File.Exists("/usr/bin/podctl") ? "needs podctl installed: `tests/image/host install NAME`"
        : null;
}

using System.Net;

namespace PodManager.Lifecycle;

/// <summary>What /etc/resolv.conf is to say (`--dns…`).</summary>
internal sealed record DnsOptions
{
    /// <summary>`--dns` was given, be it `none`.</summary>
    public bool IsSaid { get; init; }

    /// <summary>The network whose plugins say this; null if the user does.</summary>
    public string? Network { get; init; }

    /// <summary>`--dns=host`: the host's own file.</summary>
    public bool UseHostFile { get; init; }

    public IReadOnlyList<IPAddress> Servers { get; init; } = [];

    public IReadOnlyList<string> Search { get; init; } = [];

    public IReadOnlyList<string> Options { get; init; } = [];

    public string? Domain { get; init; }

    /// <summary>Whether a file is to be generated.</summary>
    public bool IsGenerated => Servers.Count + Search.Count + Options.Count > 0 || Domain is not null;
}

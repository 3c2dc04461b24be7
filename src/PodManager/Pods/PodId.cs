using System.Diagnostics.CodeAnalysis;

namespace PodManager.Pods;

/// <summary>A pod's UUID (RFC 9562 version 4), and the names that are derived from it.</summary>
internal readonly record struct PodId
{
    private readonly Guid _value;

    private PodId(Guid value) => _value = value;

    /// <summary>The pod's name for machined, and its default host name.</summary>
    public string MachineName => $"rkt-{_value:D}";

    /// <summary>The host's scope unit that holds every process of the pod.</summary>
    public string ScopeName => $"rkt-{_value:D}.scope";

    /// <summary>The scope's cgroup as the host sees it (cgroups(7)).</summary>
    public string Cgroup => $"/sys/fs/cgroup/machine.slice/{ScopeName}";

    /// <summary>The pod's machine-id(5): the UUID as 32 hexadecimal digits.</summary>
    public string MachineId => _value.ToString("N");

    /// <summary>The first eight digits, as listings show it.</summary>
    public string Short => ToString()[..8];

    public static PodId New() => new(Guid.NewGuid());

    public static bool TryParse(string text, [NotNullWhen(true)] out PodId? id)
    {
        id = Guid.TryParseExact(text, "D", out Guid value) ? new PodId(value) : null;
        return id is not null;
    }

    /// <summary>The id's sixteen bytes in the order of its digits, as sd-bus wants them.</summary>
    public byte[] ToBytes() => _value.ToByteArray(bigEndian: true);

    public override string ToString() => _value.ToString("D");
}

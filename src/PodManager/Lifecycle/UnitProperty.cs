namespace PodManager.Lifecycle;

/// <summary>A property of a transient unit, by its D-Bus name (org.freedesktop.systemd1(5)), with the type that it has there.</summary>
internal abstract record UnitProperty(string Name)
{
    internal sealed record Text(string Name, string Value) : UnitProperty(Name);

    internal sealed record Flag(string Name, bool Value) : UnitProperty(Name);

    internal sealed record Int32(string Name, int Value) : UnitProperty(Name);

    internal sealed record UInt32(string Name, uint Value) : UnitProperty(Name);

    internal sealed record UInt64(string Name, ulong Value) : UnitProperty(Name);

    internal sealed record TextList(string Name, IReadOnlyList<string> Values) : UnitProperty(Name);

    internal sealed record UInt32List(string Name, IReadOnlyList<uint> Values) : UnitProperty(Name);

    /// <summary>Paths and numbers, `a(st)`.</summary>
    internal sealed record PathNumbers(string Name, IReadOnlyList<(string Path, ulong Number)> Values) : UnitProperty(Name);

    /// <summary>A command line, `a(sasb)`.</summary>
    internal sealed record Command(string Name, IReadOnlyList<string> Words) : UnitProperty(Name);

    internal sealed record PairList(string Name, IReadOnlyList<(string First, string Second)> Values) : UnitProperty(Name);
}

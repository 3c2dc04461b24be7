using System.CommandLine;
using PodManager.Pods;

namespace PodManager.Commands;

/// <summary>The flags about a pod that is made, whatever is in it.</summary>
internal sealed class NewPodFlags
{
    public Flag<PodName?> Name { get; } = Flags.One<PodName?>("--name", "NAME", "the pod's name, which stands for its UUID", RunValues.ReadPodName, null);

    public Flag<string?> UuidFile { get; } = Flags.Text("--uuid-file-save", "FILE", "write the pod's UUID to FILE before the pod is made");

    public Flag<PodUsers> PrivateUsers { get; } = Flags.One("--private-users", "no|pick|RANGE", "a user namespace of the pod's own: none, with ids that are free, or with BASE[:COUNT] (default pick)", UserRange.Read, PodUsers.Pick, "pick");

    public Flag<IReadOnlyList<PortMapping>> Ports { get; } = Flags.Many<PortMapping>(
        "--port", "PORT:[IP:]HOSTPORT", "a port of the host's that leads to one of the pod's, which may end in -tcp, -udp or -sctp", NetworkValues.ReadPort);

    /// <summary>A pod that is to be started needs a network for its ports.</summary>
    public IEnumerable<string> PortFaults(ParseResult parsed, NetworkMode network) =>
        network is NetworkMode.None or NetworkMode.Host && Ports.Of(parsed).Count > 0
            ? [$"--port does not work with --net={(network == NetworkMode.Host ? NetworkValues.Host : NetworkValues.None)}"] : [];

    public IEnumerable<string> Faults(ParseResult parsed) => UuidFaults(parsed).Concat(NetworkValues.Faults(Ports.Of(parsed)));

    private IEnumerable<string> UuidFaults(ParseResult parsed) =>
        UuidFile.Of(parsed) is { } file && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))) ? [$"--uuid-file-save: the directory of '{file}' does not exist"] : [];
}

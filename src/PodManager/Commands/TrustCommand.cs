namespace PodManager.Commands;

/// <summary>`podctl trust`; with key files it is `podctl trust add`, as rkt spelled that.</summary>
internal sealed class TrustCommand(CommandContext context, GlobalFlags globals)
    : TrustKeysCommand(context, globals, "trust", "Say by whose keys images must be signed; with key files, the same as `trust add`")
{
    public override string Usage => "trust COMMAND";
}

namespace PodManager.Commands;

/// <summary>`podctl trust`; with key files it is `podctl trust add`, as rkt spelled that.</summary>
internal sealed class TrustCommand : TrustKeysCommand
{
    public TrustCommand(CommandContext context, GlobalFlags globals)
        : base(context, globals, "trust", "Say by whose keys images must be signed; with key files, the same as `trust add`")
    {
        // The parser takes a command that has others below it and no action for one that cannot stand alone. It is never called.
        SetAction(static _ => { });
    }

    public override string Usage => "trust COMMAND";
}

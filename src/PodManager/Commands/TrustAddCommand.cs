namespace PodManager.Commands;

/// <summary>`podctl trust add`.</summary>
internal sealed class TrustAddCommand(CommandContext context, GlobalFlags globals)
    : TrustKeysCommand(context, globals, "add", "Trust keys that images are signed by")
{
    public override string Usage => "trust add --prefix=PREFIX|--root [FLAGS] KEYFILE…";
}

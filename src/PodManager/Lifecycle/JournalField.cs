using System.Text;

namespace PodManager.Lifecycle;

/// <summary>One field of a journal entry; any bytes, mostly UTF-8 text.</summary>
internal sealed record JournalField(string Name, ReadOnlyMemory<byte> Value)
{
    public string Text => Encoding.UTF8.GetString(Value.Span);
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>The journals that pods leave on the host.</summary>
internal interface IJournal
{
    /// <summary>Where a pod's journal is, or is to be made.</summary>
    string DirectoryFor(PodId pod);

    /// <summary>Opens a pod's journal, while the pod runs or after. From then on this thread opens and moves no files elsewhere.</summary>
    /// <returns>Null if it has none.</returns>
    IJournalReader? Open(PodId pod);
}

/// <summary>A place in a journal; at first before its oldest entry.</summary>
internal interface IJournalReader : IDisposable
{
    /// <summary>Only entries where the field has one of the values; several fields must all match.</summary>
    void Match(string field, IReadOnlyList<string> values);

    /// <summary>What is matched from now on is an alternative to what was matched before.</summary>
    void Or();

    /// <summary>Goes back to before the last <paramref name="count"/> entries.</summary>
    void SeekTail(ulong count);

    /// <summary>The next entry.</summary>
    /// <returns>Null at the end, for now.</returns>
    JournalEntry? Next();

    /// <summary>Waits until something was written.</summary>
    /// <returns>False if nothing was within <paramref name="timeout"/> (null: for ever).</returns>
    bool WaitForChange(TimeSpan? timeout, CancellationToken ct);
}

/// <summary>An entry of a journal (systemd.journal-fields(7)). What it holds was written by the pod: not to be trusted.</summary>
internal sealed record JournalEntry(DateTimeOffset Time, string Cursor, IReadOnlyList<JournalField> Fields)
{
    /// <summary>The field's text; null if it is missing.</summary>
    public string? Text(string name) => Fields.FirstOrDefault(field => field.Name == name)?.Text;
}

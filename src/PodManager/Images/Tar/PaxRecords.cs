using System.Buffers.Text;
using Common.Native;

namespace PodManager.Images.Tar;

/// <summary>The records of a pax extended header: `LENGTH KEY=VALUE\n` each (pax(1)). A value is bytes; the last record of a key counts.</summary>
internal sealed class PaxRecords
{
    private readonly List<(byte[] Key, byte[] Value)> _records = [];

    /// <summary>No records: what an entry without extended header has.</summary>
    public static PaxRecords None { get; } = new();

    public IEnumerable<(byte[] Key, byte[] Value)> All => _records;

    public static PaxRecords Parse(ReadOnlySpan<byte> data)
    {
        PaxRecords records = new();
        while (!data.IsEmpty)
        {
            bool isLength = Utf8Parser.TryParse(data, out int length, out int digits);
            if (!isLength || digits >= data.Length || data[digits] != ' ' || length <= digits + 2 || length > data.Length || data[length - 1] != '\n')
            {
                throw new InvalidDataException("an extended header is damaged");
            }

            ReadOnlySpan<byte> record = data[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new InvalidDataException("an extended header has a record without a key");
            }

            records._records.Add((record[..equals].ToArray(), record[(equals + 1)..].ToArray()));
            data = data[length..];
        }

        return records;
    }

    /// <returns>Null if there is no such record, or its value is empty, which means the same.</returns>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        for (int i = _records.Count - 1; i >= 0; i--)
        {
            if (_records[i].Key.AsSpan().SequenceEqual(key))
            {
                return _records[i].Value.Length == 0 ? null : _records[i].Value;
            }
        }

        return null;
    }

    public long? FindNumber(ReadOnlySpan<byte> key)
    {
        byte[]? value = Find(key);
        return value is null ? null : ParseNumber(value);
    }

    /// <summary>Seconds since 1970, with an optional fraction.</summary>
    public (long Seconds, uint Nanoseconds)? FindTime(ReadOnlySpan<byte> key)
    {
        byte[]? value = Find(key);
        if (value is null)
        {
            return null;
        }

        int point = value.AsSpan().IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? value : value.AsSpan(0, point);
        bool isNegative = whole.StartsWith("-"u8);
        long seconds = whole.IsEmpty || whole.SequenceEqual("-"u8) ? 0 : ParseNumber(whole);
        uint nanoseconds = 0;
        if (point >= 0)
        {
            Span<byte> digits = stackalloc byte[9];
            digits.Fill((byte)'0');
            ReadOnlySpan<byte> fraction = value.AsSpan(point + 1);
            if (fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                throw new InvalidDataException($"an extended header's time is none: '{ByteText.Escape(value)}'");
            }

            fraction[..Math.Min(9, fraction.Length)].CopyTo(digits);
            nanoseconds = (uint)ParseNumber(digits);
        }

        // The kernel counts nanoseconds upwards from the second before.
        return isNegative && nanoseconds > 0 ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds);
    }

    internal static long ParseNumber(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long number, out int used) && used == text.Length
        ? number
        : throw new InvalidDataException($"an extended header's number is none: '{ByteText.Escape(text)}'");
}

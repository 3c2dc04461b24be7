using System.Buffers;
using System.Globalization;
using System.Text;

namespace Common.Native;

/// <summary>
/// Text for names that are bytes: Linux knows no encoding. What is UTF-8 stays as it is; every other byte, control characters and the backslash
/// become `\xHH`, so that the text prints safely and turns back into the same bytes.
/// </summary>
internal static class ByteText
{
    internal static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length);
            if (status == OperationStatus.Done && !Rune.IsControl(rune) && rune.Value != '\\')
            {
                _ = text.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..length])
                {
                    _ = text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes that <see cref="Escape"/> was given.</summary>
    internal static byte[] Unescape(string text)
    {
        using MemoryStream bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            int escape = text.IndexOf("\\x", i, StringComparison.Ordinal);
            int plainEnd = escape < 0 ? text.Length : escape;
            bytes.Write(Encoding.UTF8.GetBytes(text[i..plainEnd]));
            if (escape < 0)
            {
                break;
            }

            bytes.WriteByte(byte.Parse(text.AsSpan(escape + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            i = escape + 3;
        }

        return bytes.ToArray();
    }
}

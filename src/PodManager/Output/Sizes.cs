using System.Globalization;

namespace PodManager.Output;

/// <summary>Amounts of bytes as they are printed.</summary>
internal static class Sizes
{
    private static readonly string[] DecimalUnits = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
    private static readonly string[] BinaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Powers of 1000 and three digits, e.g. `3.72 MB`; for transfers.</summary>
    public static string Decimal(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < DecimalUnits.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        string format = unit == 0 || bytes >= 99.95 ? "0" : bytes >= 9.995 ? "0.0" : "0.00";
        return $"{bytes.ToString(format, CultureInfo.InvariantCulture)} {DecimalUnits[unit]}";
    }

    /// <summary>Powers of 1024, e.g. `1.2MiB`; for what is stored.</summary>
    public static string Binary(long bytes)
    {
        double size = bytes;
        int unit = 0;
        while (size >= 1023.95 && unit < BinaryUnits.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes}B" : $"{size.ToString(size >= 9.95 ? "0" : "0.0", CultureInfo.InvariantCulture)}{BinaryUnits[unit]}";
    }
}

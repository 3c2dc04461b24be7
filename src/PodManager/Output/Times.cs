using System.Globalization;

namespace PodManager.Output;

/// <summary>Points in time as they are printed.</summary>
internal static class Times
{
    /// <summary>RFC 3339, in UTC, without trailing zeros.</summary>
    public static string Json(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>E.g. `2016-02-28 10:41:08.291 +0000 UTC`.</summary>
    public static string Absolute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFF' +0000 UTC'", CultureInfo.InvariantCulture);

    /// <summary>E.g. `3 minutes ago`.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        TimeSpan age = (now - time).Duration();
        (string unit, double count) = age switch
        {
            { TotalSeconds: < 1 } => ("", 0),
            { TotalMinutes: < 1 } => ("second", age.TotalSeconds),
            { TotalHours: < 1 } => ("minute", age.TotalMinutes),
            { TotalDays: < 1 } => ("hour", age.TotalHours),
            { TotalDays: < 7 } => ("day", age.TotalDays),
            { TotalDays: < 30 } => ("week", age.TotalDays / 7),
            { TotalDays: < 365 } => ("month", age.TotalDays / 30),
            _ => ("year", age.TotalDays / 365),
        };
        int whole = (int)count;
        return unit.Length == 0 ? "now" : $"{whole} {unit}{(whole == 1 ? "" : "s")} {(time > now ? "from now" : "ago")}";
    }
}

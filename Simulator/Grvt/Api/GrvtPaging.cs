using System.Globalization;
using System.Text;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>Lists by pages: newest first, an opaque cursor to go on with, none behind the last (sheet, section 8).</summary>
internal static class GrvtPaging
{
    private const int UsualLimit = 500;
    private const int MostLimit = 1000;

    /// <summary>Writes <c>result</c> and <c>next</c>.</summary>
    /// <param name="items">Oldest first.</param>
    public static void Write<T>(
        GrvtRequest request, GrvtWriter writer, string shape, IEnumerable<T> items, Func<T, long> timeOf, Action<GrvtWriter, T> write)
    {
        var (start, end) = (request.Signed("start_time") ?? long.MinValue, request.Signed("end_time") ?? long.MaxValue);
        var limit = Limit(request);
        var all = items.Where(item => timeOf(item) >= start && timeOf(item) <= end).ToArray();

        // The cursor holds how many there were at the first page: what comes later does not move the pages.
        var (total, skip) = Read(request.Text("cursor"), all.Length);
        var page = all.Take(total).Reverse().Skip(skip).Take(limit).ToArray();
        writer.Objects("result", shape, page, write);
        writer.Text("next", skip + page.Length < total ? Cursor(total, skip + page.Length) : "");
    }

    public static int Limit(GrvtRequest request) => request.Signed("limit") switch
    {
        null or 0 => UsualLimit,
        > 0 and <= MostLimit and var limit => (int)limit,
        _ => throw new GrvtErrorException(3011),
    };

    private static string Cursor(int total, int skip) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{total}/{skip}")));

    private static (int Total, int Skip) Read(string? cursor, int count)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return (count, 0);
        }

        var bytes = new byte[cursor.Length];
        if (Convert.TryFromBase64String(cursor, bytes, out var length) && Encoding.ASCII.GetString(bytes, 0, length).Split('/') is [var total, var skip]
            && int.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first <= count
            && int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out var second) && second <= first)
        {
            return (first, second);
        }

        throw new GrvtErrorException(1003);
    }
}

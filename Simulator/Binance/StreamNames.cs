namespace Exchange.Simulator.Binance;

/// <summary>How a client's socket was opened (sheet, sections 2 and 10.1).</summary>
internal enum Route
{
    Public,
    Market,
    Private,

    /// <summary>A URL of before 2026-04-23: gets public data, and nothing else.</summary>
    Unrouted,
}

/// <summary>Which streams there are, and on which route each is delivered.</summary>
internal static class StreamNames
{
    /// <summary>The unsuffixed name is the 250 ms one.</summary>
    public static readonly (string Suffix, int Milliseconds)[] DepthSpeeds = [("@100ms", 100), ("", 250), ("@500ms", 500)];

    public static readonly int[] PartialLevels = [5, 10, 20];

    /// <summary>The route that carries the stream; null for a name that is no stream.</summary>
    public static Route? RouteOf(string stream)
    {
        if (stream.StartsWith('!'))
        {
            return stream switch
            {
                "!bookTicker" => Route.Public,
                "!markPrice@arr" or "!markPrice@arr@1s" or "!ticker@arr" or "!miniTicker@arr" or "!forceOrder@arr"
                    or "!contractInfo" or "!assetIndex@arr" => Route.Market,
                _ => null,
            };
        }

        var at = stream.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0)
        {
            return null;
        }

        var kind = stream.AsSpan(at + 1);
        if (kind is "bookTicker" or "trade" or "rpiDepth@500ms" || IsDepth(kind))
        {
            return Route.Public;
        }

        return kind is "aggTrade" or "markPrice" or "markPrice@1s" or "ticker" or "miniTicker" or "forceOrder"
            or "compositeIndex" || kind.StartsWith("kline_", StringComparison.Ordinal)
            ? Route.Market
            : null;
    }

    /// <summary>Whether a connection opened on <paramref name="route"/> is given the stream's frames.</summary>
    public static bool Delivers(Route route, string stream) => route == Route.Private
        // A listen key, good or not: a wrong one is accepted and stays silent.
        ? !stream.Contains('@', StringComparison.Ordinal) && !stream.StartsWith('!')
        : RouteOf(stream) is { } of && (of == route || (of == Route.Public && route == Route.Unrouted));

    private static bool IsDepth(ReadOnlySpan<char> kind)
    {
        if (!kind.StartsWith("depth", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = kind["depth".Length..];
        var speed = rest.IndexOf('@');
        var levels = speed < 0 ? rest : rest[..speed];
        return levels is "" or "5" or "10" or "20" && (speed < 0 || rest[speed..] is "@100ms" or "@500ms");
    }
}

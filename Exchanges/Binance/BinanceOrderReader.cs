using System.Collections.Immutable;
using System.Globalization;
using Exchange.Exchanges.Common.Http;
using Exchange.Exchanges.Common.Orders;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>Orders and fills over HTTP (venue sheet, sections 6.4, 6.5, 9). Lists come oldest first.</summary>
internal sealed class BinanceOrderReader(BinancePrivateRest rest, string exchange, TimeProvider time)
{
    private delegate bool TryReadOne(ref Utf8Scanner json, out BinanceOrderFields order);

    /// <summary>One order. Weight 1.</summary>
    public Task<Result<OrderReport>> GetOrder(Action<BinanceParams> name, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/order", 1, body => ReadOne(body, isAlgo: false), name, cancellationToken: cancellationToken);

    /// <summary>One conditional order, triggered or not. Weight 1.</summary>
    public Task<Result<OrderReport>> GetAlgo(Action<BinanceParams> name, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/algoOrder", 1, body => ReadOne(body, isAlgo: true), name, cancellationToken: cancellationToken);

    /// <summary>Working orders; conditional ones that have not been triggered are not among them. Weight 1, or 40 for all symbols.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOpenOrders(string? symbol, RequestPriority priority, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/openOrders", symbol is null ? 40 : 1, body => ReadMany(body, isAlgo: false), p => Add(p, symbol), priority, cancellationToken);

    /// <summary>Conditional orders that have not been triggered. Weight 1, or 40 for all symbols.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOpenAlgoOrders(string? symbol, RequestPriority priority, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/openAlgoOrders", symbol is null ? 40 : 1, body => ReadMany(body, isAlgo: true), p => Add(p, symbol), priority, cancellationToken);

    /// <summary>Orders of less than seven days. Weight 5.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetOrderHistory(string? symbol, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/allOrders", 5, body => ReadMany(body, isAlgo: false), p => Window(Add(p, symbol), from, to, limit), cancellationToken: cancellationToken);

    /// <summary>Conditional orders of less than seven days. Weight 5.</summary>
    public Task<Result<ImmutableArray<OrderReport>>> GetAlgoHistory(string? symbol, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/allAlgoOrders", 5, body => ReadMany(body, isAlgo: true), p => Window(Add(p, symbol), from, to, limit), cancellationToken: cancellationToken);

    /// <summary>Fills of a symbol. Weight 5.</summary>
    public Task<Result<ImmutableArray<Fill>>> GetFills(string symbol, Action<BinanceParams> which, CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/userTrades", 5, ReadFills, p => which(Add(p, symbol)), cancellationToken: cancellationToken);

    /// <summary>Fills of up to seven days. Weight 5.</summary>
    public Task<Result<ImmutableArray<Fill>>> GetFills(string symbol, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken) =>
        GetFills(symbol, p => Window(p, from, to, limit), cancellationToken);

    /// <summary>The orders of a batch's answer: each an order, or the error of that one.</summary>
    internal Result<ImmutableArray<Result<OrderReport>>> ReadBatch(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var all = ImmutableArray.CreateBuilder<Result<OrderReport>>();
        var ok = json.TryEnterArray();
        var now = time.GetUtcNow();
        while (ok && json.NextElement())
        {
            ok = json.TryReadRaw(out var element);
            if (!ok)
                break;
            var one = new Utf8Scanner(element);
            if (BinanceOrderMessages.TryReadOrder(ref one, out var fields) && fields.ToReport(ReportSource.Reply, exchange, now) is { } report)
                all.Add(report);
            else
                all.Add(BinanceErrors.ReadElement(element) ?? BinanceAccountReader.Unreadable("batch").WithOutcome(CommandOutcome.Unknown));
        }

        return ok && json.AtEnd ? all.ToImmutable() : BinanceAccountReader.Unreadable("batch");
    }

    internal Result<ImmutableArray<OrderReport>> ReadMany(byte[] body, bool isAlgo)
    {
        var json = new Utf8Scanner(body);
        var reports = ImmutableArray.CreateBuilder<OrderReport>();
        var now = time.GetUtcNow();
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            var report = Read(ref json, isAlgo, now);
            ok = report is not null;
            if (ok)
                reports.Add(report!);
        }

        return ok && json.AtEnd ? reports.ToImmutable() : BinanceAccountReader.Unreadable("orders");
    }

    internal Result<ImmutableArray<Fill>> ReadFills(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var fills = ImmutableArray.CreateBuilder<Fill>();
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            var fill = ReadFill(ref json);
            ok = fill is not null;
            if (ok)
                fills.Add(fill!);
        }

        return ok && json.AtEnd ? fills.ToImmutable() : BinanceAccountReader.Unreadable("fills");
    }

    private Result<OrderReport> ReadOne(byte[] body, bool isAlgo)
    {
        var json = new Utf8Scanner(body);
        var report = Read(ref json, isAlgo, time.GetUtcNow());
        return report is not null && json.AtEnd ? report : BinanceAccountReader.Unreadable("order");
    }

    private OrderReport? Read(ref Utf8Scanner json, bool isAlgo, DateTimeOffset now)
    {
        TryReadOne read = isAlgo ? BinanceOrderMessages.TryReadAlgo : BinanceOrderMessages.TryReadOrder;
        if (!read(ref json, out var fields))
            return null;
        return isAlgo ? fields.ToAlgoReport(ReportSource.Query, now) : fields.ToReport(ReportSource.Query, exchange, now);
    }

    private Fill? ReadFill(ref Utf8Scanner json)
    {
        string? symbol = null, feeAsset = null;
        long id = 0, orderId = 0, at = 0;
        decimal? price = null, quantity = null, fee = null, profit = null;
        bool? maker = null;
        Side? side = null;
        PositionSide? leg = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("symbol"u8):
                    ok = json.TryReadText(out symbol);
                    break;
                case var _ when name.SequenceEqual("id"u8):
                    ok = json.TryReadId(out id);
                    break;
                case var _ when name.SequenceEqual("orderId"u8):
                    ok = json.TryReadId(out orderId);
                    break;
                case var _ when name.SequenceEqual("side"u8):
                    ok = json.TryReadString(out var sideWord, out _);
                    side = BinanceWords.ReadSide(sideWord);
                    break;
                case var _ when name.SequenceEqual("positionSide"u8):
                    ok = json.TryReadString(out var legWord, out _);
                    leg = BinanceWords.ReadPositionSide(legWord);
                    break;
                case var _ when name.SequenceEqual("price"u8):
                    ok = json.TryReadOptional(out price);
                    break;
                case var _ when name.SequenceEqual("qty"u8):
                    ok = json.TryReadOptional(out quantity);
                    break;
                case var _ when name.SequenceEqual("commission"u8):
                    ok = json.TryReadOptional(out fee);
                    break;
                case var _ when name.SequenceEqual("commissionAsset"u8):
                    ok = json.TryReadText(out feeAsset);
                    break;
                case var _ when name.SequenceEqual("realizedPnl"u8):
                    ok = json.TryReadOptional(out profit);
                    break;
                case var _ when name.SequenceEqual("maker"u8):
                    ok = json.TryReadFlag(out var isMaker);
                    maker = isMaker;
                    break;
                case var _ when name.SequenceEqual("time"u8):
                    ok = json.TryReadId(out at);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        if (!ok || !json.Ok || symbol is null || id == 0 || orderId == 0 || side is null || price is null || quantity is null || !Utf8Numbers.TryToTime(at, out var venueTime))
            return null;
        return new Fill
        {
            Exchange = exchange,
            Symbol = symbol,
            TradeId = id.ToString(CultureInfo.InvariantCulture),
            VenueOrderId = orderId.ToString(CultureInfo.InvariantCulture),
            Side = side.Value,
            PositionSide = leg ?? PositionSide.Net,
            Price = price.Value,
            Quantity = quantity.Value,
            IsMaker = maker,
            Fee = fee,
            FeeAsset = feeAsset,
            RealizedProfit = profit,
            VenueTime = venueTime,
        };
    }

    private static BinanceParams Add(BinanceParams p, string? symbol) => symbol is null ? p : p.Add("symbol", symbol);

    private static void Window(BinanceParams p, DateTimeOffset from, DateTimeOffset to, int limit) =>
        p.Add("startTime", from.ToUnixTimeMilliseconds()).Add("endTime", to.ToUnixTimeMilliseconds()).Add("limit", (long)limit);
}

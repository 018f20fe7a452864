using System.Collections.Immutable;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Binance;

/// <summary>The account over HTTP (venue sheet, section 9). A picture lists what is not flat; absence means flat.</summary>
internal sealed class BinanceAccountReader(BinancePrivateRest rest, string exchange, TimeProvider time)
{
    /// <summary>Balances and margin. Weight 5. Does not know the position mode.</summary>
    public Task<Result<AccountUpdate>> GetAccount(CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v3/account", 5, ReadAccount, cancellationToken: cancellationToken);

    /// <summary>Balances alone. Weight 5.</summary>
    public Task<Result<ImmutableArray<Balance>>> GetBalances(CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v3/balance", 5, ReadBalances, cancellationToken: cancellationToken);

    /// <summary>Positions. Weight 5. Rows of zero (a symbol with an open order alone) are contained.</summary>
    public Task<Result<ImmutableArray<Position>>> GetPositions(CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v3/positionRisk", 5, ReadPositions, cancellationToken: cancellationToken);

    /// <summary>One-way or hedge. Weight 30.</summary>
    public Task<Result<PositionMode>> GetPositionMode(CancellationToken cancellationToken) =>
        rest.QueryAsync("/fapi/v1/positionSide/dual", 30, ReadPositionMode, cancellationToken: cancellationToken);

    internal Result<AccountUpdate> ReadAccount(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var balances = ImmutableArray.CreateBuilder<Balance>();
        decimal? initial = null, maintenance = null;
        var hasAssets = false;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            ok = name switch
            {
                _ when name.SequenceEqual("totalInitialMargin"u8) => json.TryReadOptional(out initial),
                _ when name.SequenceEqual("totalMaintMargin"u8) => json.TryReadOptional(out maintenance),
                _ when name.SequenceEqual("assets"u8) => hasAssets = TryReadBalances(ref json, balances),
                _ => json.TrySkip(),
            };
        }

        if (!ok || !json.AtEnd || !hasAssets)
            return Unreadable("account");
        return new AccountUpdate
        {
            Exchange = exchange,
            Event = AccountEvent.Snapshot,
            Balances = balances.ToImmutable(),
            InitialMargin = initial,
            MaintenanceMargin = maintenance,
            ReceivedTime = time.GetUtcNow(),
        };
    }

    internal Result<ImmutableArray<Balance>> ReadBalances(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var balances = ImmutableArray.CreateBuilder<Balance>();
        return TryReadBalances(ref json, balances) && json.AtEnd ? balances.ToImmutable() : Unreadable("balance");
    }

    internal Result<ImmutableArray<Position>> ReadPositions(byte[] body)
    {
        var json = new Utf8Scanner(body);
        var positions = ImmutableArray.CreateBuilder<Position>();
        var receivedAt = time.GetUtcNow();
        var ok = json.TryEnterArray();
        while (ok && json.NextElement())
        {
            ok = TryReadPosition(ref json, receivedAt, out var position);
            if (ok)
                positions.Add(position!);
        }

        return ok && json.AtEnd ? positions.ToImmutable() : Unreadable("positions");
    }

    internal static Result<PositionMode> ReadPositionMode(byte[] body)
    {
        var json = new Utf8Scanner(body);
        bool? isDual = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            if (name.SequenceEqual("dualSidePosition"u8))
            {
                ok = json.TryReadFlag(out var value);
                isDual = value;
            }
            else
            {
                ok = json.TrySkip();
            }
        }

        return ok && json.AtEnd && isDual is { } dual ? dual ? PositionMode.Hedge : PositionMode.OneWay : Unreadable("position mode");
    }

    /// <summary>The error for a body that cannot be read.</summary>
    public static ExchangeError Unreadable(string what) =>
        new() { Code = ExchangeErrorCode.UnreadableReply, Message = $"Binance answered the {what} query with something that cannot be read", Retryable = true };

    /// <summary>Rows of <c>assets</c> (walletBalance, unrealizedProfit) and of <c>/balance</c> (balance, crossUnPnl).</summary>
    private static bool TryReadBalances(ref Utf8Scanner json, ImmutableArray<Balance>.Builder balances)
    {
        if (!json.TryEnterArray())
            return false;
        while (json.NextElement())
        {
            string? asset = null;
            decimal? wallet = null, available = null, profit = null, crossProfit = null;
            var ok = json.TryEnterObject();
            while (ok && json.NextProperty(out var name))
            {
                ok = name switch
                {
                    _ when name.SequenceEqual("asset"u8) => json.TryReadText(out asset),
                    _ when name.SequenceEqual("walletBalance"u8) || name.SequenceEqual("balance"u8) => json.TryReadOptional(out wallet),
                    _ when name.SequenceEqual("availableBalance"u8) => json.TryReadOptional(out available),
                    _ when name.SequenceEqual("unrealizedProfit"u8) => json.TryReadOptional(out profit),
                    _ when name.SequenceEqual("crossUnPnl"u8) => json.TryReadOptional(out crossProfit),
                    _ => json.TrySkip(),
                };
            }

            if (!ok || !json.Ok || asset is null || wallet is null)
                return false;
            balances.Add(new Balance { Asset = asset, Wallet = wallet.Value, Available = available, UnrealizedProfit = profit ?? crossProfit });
        }

        return json.Ok;
    }

    private bool TryReadPosition(ref Utf8Scanner json, DateTimeOffset receivedAt, out Position? position)
    {
        position = null;
        string? symbol = null;
        PositionSide? side = null;
        decimal? quantity = null, entry = null, mark = null, profit = null, liquidation = null, isolated = null;
        long updated = 0;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("symbol"u8):
                    ok = json.TryReadText(out symbol);
                    break;
                case var _ when name.SequenceEqual("positionSide"u8):
                    ok = json.TryReadString(out var word, out _);
                    side = BinanceWords.ReadPositionSide(word);
                    break;
                case var _ when name.SequenceEqual("positionAmt"u8):
                    ok = json.TryReadOptional(out quantity);
                    break;
                case var _ when name.SequenceEqual("entryPrice"u8):
                    ok = json.TryReadOptional(out entry);
                    break;
                case var _ when name.SequenceEqual("markPrice"u8):
                    ok = json.TryReadOptional(out mark);
                    break;
                case var _ when name.SequenceEqual("unRealizedProfit"u8) || name.SequenceEqual("unrealizedProfit"u8):
                    ok = json.TryReadOptional(out profit);
                    break;
                case var _ when name.SequenceEqual("liquidationPrice"u8):
                    ok = json.TryReadOptional(out liquidation);
                    break;
                case var _ when name.SequenceEqual("isolatedWallet"u8):
                    ok = json.TryReadOptional(out isolated);
                    break;
                case var _ when name.SequenceEqual("updateTime"u8):
                    ok = json.TryReadId(out updated);
                    break;
                default:
                    ok = json.TrySkip();
                    break;
            }
        }

        if (!ok || !json.Ok || symbol is null || side is null || quantity is null)
            return false;
        var isFlat = quantity == 0;
        position = new Position
        {
            Exchange = exchange,
            Symbol = symbol,
            Side = side.Value,
            Quantity = quantity.Value,
            EntryPrice = isFlat || entry is null or 0 ? null : entry,
            MarkPrice = mark,
            UnrealizedProfit = profit,
            LiquidationPrice = isFlat || liquidation is null or <= 0 ? null : liquidation,
            MarginMode = isolated is > 0 ? MarginMode.Isolated : MarginMode.Cross,
            VenueTime = updated > 0 && Utf8Numbers.TryToTime(updated, out var at) ? at : null,
            ReceivedTime = receivedAt,
        };
        return true;
    }
}

using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Signing;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Api;

/// <summary>The calls about money, positions and fills (sheet, section 8).</summary>
internal sealed class GrvtAccountMethods(SimulatorContext context, GrvtDesk desk, GrvtVerifier verifier)
{
    private long Now => context.Clock.VenueNanoseconds();

    public IEnumerable<GrvtMethod> Methods() =>
    [
        Method("account_summary", GrvtCallClass.Account, AccountSummary),
        Method("funding_account_summary", GrvtCallClass.Account, FundingAccountSummary),
        Method("aggregated_account_summary", GrvtCallClass.Account, AggregatedAccountSummary),
        Method("spot_account_summary", GrvtCallClass.Account, SpotAccountSummary),
        Method("account_history", GrvtCallClass.Account, AccountHistory),
        Method("get_sub_accounts", GrvtCallClass.Account, static (call, writer) => writer.Texts("sub_account_ids", GrvtText.Of(call.Session!.Account.SubAccountId))),
        Method("get_authorized_builders", GrvtCallClass.Account, Builders),
        new("v1/authorize_builder", true, true, GrvtCallClass.Account, "request", AuthorizeBuilder),
        Method("positions", GrvtCallClass.Read, Positions),
        Method("fill_history", GrvtCallClass.Read, FillHistory),
        Method("funding_payment_history", GrvtCallClass.Account, FundingHistory),
        Method("get_all_initial_leverage", GrvtCallClass.Account, Leverages),
        new("v1/set_initial_leverage", true, true, GrvtCallClass.Account, "request", SetLeverage),
    ];

    private static GrvtMethod Method(string name, GrvtCallClass of, Action<GrvtCall, GrvtWriter> handle) => new("v1/" + name, true, false, of, "request", handle);

    private void AccountSummary(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        writer.Object("result", "sub-account", inner => GrvtMargin.Of(account, desk.Feed).Write(inner, account, Now, desk.Feed));
    }

    private void FundingAccountSummary(GrvtCall call, GrvtWriter writer)
    {
        writer.Object("result", "other", inner =>
        {
            inner.Text("main_account_id", call.Session!.Account.Options.MainAccountId);
            inner.Text("total_equity", "0.0");
            inner.Objects<string>("spot_balances", "spot-balance", [], static (_, _) => { });
            inner.Objects<string>("vault_investments", "other", [], static (_, _) => { });
            inner.Text("total_cash_balance", "0.0");
            inner.Text("total_spot_asset_balance", "0.0");
        });
        writer.Object("tier", "other", static inner => inner.Count("tier", 1));
    }

    private void AggregatedAccountSummary(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Session!.Account;
        writer.Object("result", "other", inner =>
        {
            inner.Text("main_account_id", account.Options.MainAccountId);
            inner.Number("total_equity", GrvtMargin.Of(account, desk.Feed).Equity);
            GrvtMargin.WriteBalances(inner, account);
        });
    }

    private void SpotAccountSummary(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        writer.Object("result", "sub-account", inner =>
        {
            inner.Text("sub_account_id", GrvtText.Of(account.SubAccountId));
            inner.Number("total_equity", GrvtMargin.Of(account, desk.Feed).Equity);
            GrvtMargin.WriteBalances(inner, account);
        });
    }

    /// <summary>The venue's hourly summaries; the simulation keeps none but the present one.</summary>
    private void AccountHistory(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        GrvtPaging.Write(call.Request, writer, "sub-account", [account], _ => Now, (inner, of) => GrvtMargin.Of(of, desk.Feed).Write(inner, of, Now, desk.Feed));
    }

    private void Positions(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var wanted = Filter(call.Request);
        writer.Objects("result", "position", account.Positions.Where(position => position.Size != 0 && wanted(position.Symbol)),
            (inner, position) => GrvtMargin.WritePosition(inner, account, position, desk.Feed(position.Symbol), Now));
    }

    private void FillHistory(GrvtCall call, GrvtWriter writer)
    {
        var wanted = Filter(call.Request);
        GrvtPaging.Write(call.Request, writer, "fill", call.Account().Fills.Where(fill => wanted(fill.Order.Symbol)), static fill => fill.Time, static (inner, fill) => fill.Write(inner));
    }

    private void FundingHistory(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var wanted = Filter(call.Request);
        GrvtPaging.Write(call.Request, writer, "other", account.Fundings.Where(funding => wanted(funding.Symbol)), static funding => funding.Time, (inner, funding) =>
        {
            inner.Text("event_time", GrvtText.Nanoseconds(funding.Time));
            inner.Text("sub_account_id", GrvtText.Of(account.SubAccountId));
            inner.Text("instrument", funding.Symbol);
            inner.Text("currency", "USDT");
            inner.Number("amount", funding.Amount);
            inner.Text("tx_id", GrvtText.Nanoseconds(funding.TransactionId));
        });
    }

    private void Leverages(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        writer.Objects("results", "other", desk.Symbols, (inner, symbol) =>
        {
            inner.Text("instrument", symbol);
            inner.Number("leverage", account.Leverage(symbol));
            inner.Text("min_leverage", "1.0");
            inner.Number("max_leverage", GrvtMargin.MaximumLeverage);
            inner.Text("margin_type", "CROSS");
        });
    }

    private void SetLeverage(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Account();
        var feed = desk.Feed(call.Request.Text("instrument") ?? throw new GrvtErrorException(3000));
        var leverage = call.Request.Decimal("leverage") ?? throw new GrvtErrorException(1003);
        if (leverage is < 1 or > GrvtMargin.MaximumLeverage)
        {
            throw new GrvtErrorException(leverage < 1 ? 2107 : 2108);
        }

        account.SetLeverage(feed.Symbol, leverage);
        desk.Events.Position(account, account.Position(feed.Symbol), feed);
        writer.Flag("success", true);
    }

    private static void Builders(GrvtCall call, GrvtWriter writer) =>
        writer.Objects("results", "other", call.Session!.Account.Builders, static (inner, builder) =>
        {
            inner.Text("builder_account_id", builder.Key);
            inner.Number("max_futures_fee_rate", builder.Value);
            inner.Number("max_spot_fee_rate", builder.Value);
        });

    private void AuthorizeBuilder(GrvtCall call, GrvtWriter writer)
    {
        var account = call.Session!.Account;
        if (GrvtVerifier.Address(call.Request.Text("main_account_id")) != account.Options.MainAccountId)
        {
            throw new GrvtErrorException(1001);
        }

        var builder = GrvtVerifier.Address(call.Request.Text("builder_account_id"));
        var (futures, spot) = (call.Request.Decimal("max_futures_fee_rate") ?? 0, call.Request.Decimal("max_spot_fee_rate") ?? 0);
        verifier.VerifyBuilder(account, builder, futures, spot, GrvtVerifier.Read(call.Request.Inside("signature") ?? throw new GrvtErrorException(2002)));
        if (account.Builders.GetValueOrDefault(builder, -1) == futures)
        {
            throw new GrvtErrorException(7503);
        }

        account.Builders[builder] = futures;
        writer.Object("result", "ack", static inner =>
        {
            inner.Flag("ack", true);
            inner.Text("tx_id", "0");
        });
    }

    private Func<string, bool> Filter(GrvtRequest request)
    {
        var (instrument, kinds, bases, quotes) = (request.Text("instrument"), request.Texts("kind"), request.Texts("base"), request.Texts("quote"));
        return symbol =>
        {
            var core = desk.Feed(symbol).Instrument.Core;
            return (instrument is null || instrument == symbol) && Has(kinds, "PERPETUAL") && Has(bases, core.BaseAsset) && Has(quotes, core.QuoteAsset);
        };

        static bool Has(IReadOnlyList<string>? wanted, string value) => wanted is null or { Count: 0 } || wanted.Contains(value);
    }
}

using Exchange.Simulator.Deribit.Api;
using Exchange.Simulator.Engine;

namespace Exchange.Simulator.Deribit.Trading;

/// <summary>What a client asks for with buy or sell, read and checked as far as that goes without the market (sheet, section 4.1).</summary>
internal sealed record OrderTicket
{
    private const int LongestLabel = 64;

    public required Side Side { get; init; }

    /// <summary>Null for <c>close_position</c> before it is known.</summary>
    public required decimal Amount { get; init; }

    public required string Type { get; init; }

    public decimal? Price { get; init; }

    public string Label { get; init; } = "";

    public string TimeInForce { get; init; } = "good_til_cancelled";

    public bool PostOnly { get; init; }

    public bool RejectPostOnly { get; init; }

    public bool ReduceOnly { get; init; }

    public string? Trigger { get; init; }

    public decimal? TriggerPrice { get; init; }

    public decimal? TriggerOffset { get; init; }

    public decimal? DisplayAmount { get; init; }

    public long? ValidUntil { get; init; }

    public bool IsTrigger => Type is "stop_limit" or "stop_market" or "take_limit" or "take_market" or "trailing_stop";

    public bool HasLimit => Type is "limit" or "stop_limit" or "take_limit";

    public static OrderTicket Read(RpcParams parameters, Side side, DeribitInstrument instrument)
    {
        var type = parameters.Word("type", "limit",
            "limit", "market", "market_limit", "stop_limit", "stop_market", "take_limit", "take_market", "trailing_stop");
        foreach (var unknown in (ReadOnlySpan<string>)["advanced", "linked_order_type", "otoco_config", "trigger_fill_condition"])
        {
            if (parameters.Text(unknown) is not null)
            {
                throw new DeribitException(11030, "other_reject", $"{unknown} is not simulated", unknown);
            }
        }

        if (parameters.Flag("mmp") == true)
        {
            throw DeribitException.Of(13040);
        }

        var label = parameters.Text("label") ?? "";
        if (label.Length > LongestLabel)
        {
            throw DeribitException.Parameters("label", $"must be at most {LongestLabel} characters");
        }

        var ticket = new OrderTicket
        {
            Side = side,
            Amount = ReadAmount(parameters, instrument) ?? throw DeribitException.Parameters("amount", "value required"),
            Type = type,
            Price = parameters.Number("price"),
            Label = label,
            TimeInForce = parameters.Word("time_in_force", "good_til_cancelled", "good_til_cancelled", "good_til_day", "fill_or_kill", "immediate_or_cancel"),
            PostOnly = parameters.Flag("post_only") ?? false,
            RejectPostOnly = parameters.Flag("reject_post_only") ?? false,
            ReduceOnly = parameters.Flag("reduce_only") ?? false,
            Trigger = parameters.Text("trigger") is null ? null : parameters.Word("trigger", "", "index_price", "mark_price", "last_price"),
            TriggerPrice = parameters.Number("trigger_price"),
            TriggerOffset = parameters.Number("trigger_offset"),
            DisplayAmount = parameters.Number("display_amount") ?? parameters.Number("max_show"),
            ValidUntil = parameters.Whole("valid_until"),
        };
        ticket.Check();
        return ticket;
    }

    /// <summary>The amount, which contracts may say instead; when both are there they have to agree.</summary>
    public static decimal? ReadAmount(RpcParams parameters, DeribitInstrument instrument)
    {
        var (amount, contracts) = (parameters.Number("amount"), parameters.Number("contracts"));
        if (contracts is not { } given)
        {
            return amount;
        }

        var counted = given * instrument.ContractSize;
        return amount is null || amount == counted ? counted : throw DeribitException.Parameters("contracts", "amount and contracts disagree");
    }

    private void Check()
    {
        if (HasLimit && Price is null)
        {
            throw DeribitException.Parameters("price", "value required");
        }

        if (Type == "trailing_stop" ? TriggerOffset is null or <= 0 : IsTrigger && TriggerPrice is null)
        {
            throw DeribitException.Parameters(Type == "trailing_stop" ? "trigger_offset" : "trigger_price", "value required");
        }

        if (IsTrigger && Trigger is null)
        {
            throw DeribitException.Parameters("trigger", "value required");
        }

        if (PostOnly && (!HasLimit || TimeInForce is "fill_or_kill" or "immediate_or_cancel"))
        {
            throw DeribitException.Of(11055);
        }
    }
}

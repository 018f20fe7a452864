using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Market;

/// <summary>A public trade.</summary>
internal sealed record GrvtTrade(
    string Id, long Time, string Symbol, bool TakerBuys, decimal Price, decimal Size, decimal Mark, decimal Index)
{
    public void Write(GrvtWriter writer)
    {
        writer.Text("event_time", GrvtText.Nanoseconds(Time));
        writer.Text("instrument", Symbol);
        writer.Flag("is_taker_buyer", TakerBuys);
        writer.Number("size", Size);
        writer.Number("price", Price);
        writer.Number("mark_price", Mark);
        writer.Number("index_price", Index);
        writer.Text("interest_rate", "0.0");
        writer.Text("forward_price", "0.0");
        writer.Text("trade_id", Id);
        writer.Text("venue", "ORDERBOOK");
        writer.Flag("is_rpi", false);
    }
}

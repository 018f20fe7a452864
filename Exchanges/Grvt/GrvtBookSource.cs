using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Grvt;

/// <summary>Where books of GRVT come from: pictures, or changes on the snapshot that a stream starts with.</summary>
/// <param name="options">Settings.</param>
internal sealed class GrvtBookSource(GrvtOptions options) : IBookVenue
{
    /// <inheritdoc/>
    public BookPlan PlanFor(string symbol, StreamDemand demand) => GrvtBookPlan.For(symbol, demand, options);

    /// <inheritdoc/>
    public BookSource NewSource(BookPlan plan) => plan.IsPicture ? new PictureBook(plan) : new StreamedBook(plan, new GrvtBookChain());

    /// <inheritdoc/>
    public BookMessage NewMessage() => new GrvtBookMessage();
}

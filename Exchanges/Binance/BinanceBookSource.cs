using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Binance;

/// <summary>Where books of Binance come from: pictures, or changes on a snapshot by REST.</summary>
/// <param name="bookSource">The setting <see cref="BinanceOptions.BookSource"/>.</param>
internal sealed class BinanceBookSource(string bookSource) : IBookVenue
{
    /// <inheritdoc/>
    public BookPlan PlanFor(string symbol, StreamDemand demand) => BinanceBookPlan.For(symbol, demand, bookSource);

    /// <inheritdoc/>
    public BookSource NewSource(BookPlan plan) => plan.IsPicture ? new PictureBook(plan) : new FetchedBook(plan, new BinanceBookChain());

    /// <inheritdoc/>
    public BookMessage NewMessage() => new DepthMessage();
}

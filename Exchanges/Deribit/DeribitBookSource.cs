using Exchange.Exchanges.Common.Books;
using Exchange.Exchanges.Common.Market;

namespace Exchange.Exchanges.Deribit;

/// <summary>Where books of Deribit come from: pictures, or changes on the snapshot that a channel starts with.</summary>
/// <param name="options">Settings.</param>
/// <param name="isAuthenticated">Whether the sockets are logged in.</param>
internal sealed class DeribitBookSource(DeribitOptions options, bool isAuthenticated) : IBookVenue
{
    /// <inheritdoc/>
    public BookPlan PlanFor(string symbol, StreamDemand demand) => DeribitBookPlan.For(symbol, demand, options, isAuthenticated);

    /// <inheritdoc/>
    public BookSource NewSource(BookPlan plan) => plan.IsPicture ? new PictureBook(plan) : new StreamedBook(plan, new DeribitBookChain());

    /// <inheritdoc/>
    public BookMessage NewMessage() => new DeribitBookMessage();
}

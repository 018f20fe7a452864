using Exchange.Grains.Interfaces;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <summary>Every card on one venue; the venues beside one another. <c>docs/conformance.md</c> holds the table of results.</summary>
public abstract class ConformanceTests(string venue)
{
    public static TheoryData<string> Cards => [.. CardList.All.Select(card => card.Id)];

    [Theory]
    [MemberData(nameof(Cards))]
    public async Task The_card_is_met(string id)
    {
        var card = CardList.All.Single(c => c.Id == id);
        try
        {
            await Play(card);
            ConformanceResults.Add(venue, id, "ok");
        }
        catch (NotApplicableException none)
        {
            ConformanceResults.Add(venue, id, "not applicable: " + none.Message);
            Assert.Skip(none.Message);
        }
        catch (Exception)
        {
            ConformanceResults.Add(venue, id, "failed");
            throw;
        }
    }

    private async Task Play(Card card)
    {
        await using var run = new CardRun(await Harnesses.All[venue](new HarnessOptions { Hedge = card.Hedge }));
        await card.Play(run);
        run.Venue.LiftAll();
        if (card.EndsUnready)
            run.AssertUnbroken();
        else
            await run.Settle();
    }
}

/// <inheritdoc/>
public sealed class BinanceConformanceTests() : ConformanceTests(Venues.Binance);

/// <inheritdoc/>
public sealed class DeribitConformanceTests() : ConformanceTests(Venues.Deribit);

/// <inheritdoc/>
public sealed class GrvtConformanceTests() : ConformanceTests(Venues.Grvt);

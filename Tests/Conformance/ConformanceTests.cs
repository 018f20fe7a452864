using Xunit;

namespace Exchange.Tests.Conformance;

/// <summary>Every card on every venue. <c>docs/conformance.md</c> holds the table of results.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string, string> Rows => [.. from venue in Harnesses.All.Keys from card in CardList.All select (venue, card.Id)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_card_is_met(string venue, string id)
    {
        var card = CardList.All.Single(c => c.Id == id);
        try
        {
            await Play(venue, card);
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

    private static async Task Play(string venue, Card card)
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

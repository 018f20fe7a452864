using Xunit;

namespace Exchange.Tests.Conformance;

/// <summary>The list of cards, and its table in <c>docs/conformance.md</c>.</summary>
public sealed class ConformanceTableTests
{
    [Fact]
    public void No_two_cards_have_one_number()
    {
        Assert.Equal(CardList.All.Count, CardList.All.Select(c => c.Id).Distinct().Count());
        Assert.All(CardList.All, c => Assert.DoesNotContain('|', c.Does + c.Sees));
    }

    [Fact]
    public void Every_venue_has_its_run_of_the_cards() =>
        Assert.Equal(Harnesses.All.Count, typeof(ConformanceTests).Assembly.GetTypes().Count(t => t.BaseType == typeof(ConformanceTests)));

    [Fact]
    public void The_committed_table_is_in_step_with_the_cards()
    {
        var results = ConformanceTable.CommittedResults();
        var expected = ConformanceTable.Render((venue, card) => results.GetValueOrDefault((venue, card), "not run"));
        Assert.True(expected == ConformanceTable.Committed(), "docs/conformance.md is out of step with the cards: run ./exchange test --conformance");
        Assert.DoesNotContain(results.Values, r => r is "not run" or "");
    }

    /// <summary>Not a test: how <c>./exchange test --conformance</c> has the table written.</summary>
    [Fact]
    public void The_table_is_written_when_asked_for()
    {
        var file = Environment.GetEnvironmentVariable("EXCHANGE_CONFORMANCE_TABLE");
        Assert.SkipWhen(string.IsNullOrEmpty(file), "asked for by ./exchange test --conformance");
        ConformanceTable.Write(file!);
    }
}

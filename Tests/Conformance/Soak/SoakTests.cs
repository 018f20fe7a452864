using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Exchange.Tests.Conformance.Soak;

/// <summary>
/// Random runs by seed: a sample of them in the ordinary test run, as many as <c>./exchange test --soak</c> asks for otherwise.
/// </summary>
public sealed class SoakTests
{
    private const int Sample = 5;
    private const int AtOnce = 4;

    public static TheoryData<string> Venues => [.. Harnesses.All.Keys];

    [Theory]
    [MemberData(nameof(Venues))]
    public async Task Whatever_is_done_and_goes_wrong_the_invariants_hold(string venue)
    {
        var seeds = Number("EXCHANGE_SOAK_SEED") is { } one ? [one] : Enumerable.Range(1, Number("EXCHANGE_SOAK_SEEDS") ?? Sample).ToArray();
        var failures = new ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (seed, _) =>
        {
            try
            {
                await SoakScenario.Play(Harnesses.All[venue], seed);
            }
            catch (SoakFailure failure)
            {
                failures[seed] = failure.Message;
            }
        });
        var told = failures.OrderBy(f => f.Key).Select(f => $"seed {f.Key} (again: ./exchange test --soak --seed {f.Key}){Environment.NewLine}{f.Value}");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {seeds.Length} seeds failed at {venue}: {string.Join(Environment.NewLine + Environment.NewLine, told)}");
    }

    /// <summary>A whole number from the environment.</summary>
    internal static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using Exchange.Grains.Interfaces;
using Exchange.Tests.Support;
using Xunit;

namespace Exchange.Tests.Conformance;

/// <content>The end of a run: waiting until all has arrived, and the invariants.</content>
internal sealed partial class CardRun
{
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Waits until what is held is what is true, then until all that the venue had sent by then was taken in, and finds nothing broken.
    /// </summary>
    public async Task Settle(string context = "")
    {
        await Task.WhenAll(_dying).Within("the end of those who died");
        if (Oms is not null)
            await Ready();
        await Agree(context);
        if (Oms is not null)
        {
            // What was sent ahead of this has arrived when its end has.
            var last = await Passes("mark");
            Venue.CancelUnasked(last);
            await Tape.Shown(last, OrderStatus.Cancelled);
            await Agree(context);
        }

        var broken = Invariants.Broken(await Gather());
        Assert.True(broken.Count == 0, $"{context}{broken.Count} broken:{Environment.NewLine}{string.Join(Environment.NewLine, broken)}");
    }

    /// <summary>Tries a new order until it passes, as long as it is refused for a rate, a ban or a reconnect, or its outcome is unknown; each refusal must be true.</summary>
    /// <returns>Its client order id.</returns>
    public async Task<string> Passes(string stem)
    {
        while (true)
        {
            var id = NextId(stem);
            var answer = await Oms!.PlaceLimitOrder(Limit(id)).Within("the next try");
            if (answer.IsSuccess)
                return id;
            if (answer.Error.Outcome == CommandOutcome.Unknown)
                continue;
            Assert.Contains(answer.Error.Code, new[] { ExchangeErrorCode.RateLimited, ExchangeErrorCode.Banned, ExchangeErrorCode.NotReady, ExchangeErrorCode.ConnectionLost });
            Assert.Equal(0, Venue.CountReceived(id, VenueCommand.Place));
            var wait = answer.Error.RetryAt is { } at ? at - Venue.Time.GetUtcNow() : TimeSpan.FromSeconds(1);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(200), Venue.Time);
        }
    }

    /// <summary>What can be said where nothing can be compared any more: placed once, a lawful stream, no secret.</summary>
    public void AssertUnbroken()
    {
        var broken = Invariants.Broken(new Evidence
        {
            Tape = Tape.Entries.All,
            Truth = Venue.Truth() with { Orders = [], Fills = [], Positions = [], CommandSessions = 0 },
            Crashed = true,
            IsOurs = _ => false,
            Words = Words,
            Secrets = Venue.Secrets,
        }, compare: false);
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    }

    /// <summary>Waits for the order connection being ready.</summary>
    public async Task Ready()
    {
        while (true)
        {
            var next = _changed.Next;
            var status = (await Oms!.GetStatus()).OrThrow();
            if (status.IsReady)
                return;
            await next.Within($"the order connection being ready; it is {status.State} {status.Reason}");
        }
    }

    /// <summary>Waits until something holds that is looked at whenever something was published.</summary>
    public async Task Until(Func<Task<bool>> holds, string what)
    {
        while (true)
        {
            var next = _changed.Next;
            if (await holds())
                return;
            await next.Within(what);
        }
    }

    private async Task Agree(string context)
    {
        using var limit = new CancellationTokenSource(_settling);
        while (true)
        {
            var next = _changed.Next;
            var evidence = await Gather();
            if (!Invariants.NotSettled(evidence).Any())
                return;
            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                var left = Invariants.NotSettled(await Gather()).ToList();
                if (left.Count == 0)
                    return;
                Assert.Fail($"{context}not settled after {_settling.TotalSeconds} s:{Environment.NewLine}{string.Join(Environment.NewLine, left)}");
            }
        }
    }

    private async Task<Evidence> Gather()
    {
        var positions = Pms is null ? null : (await Pms.GetPositions()) is { IsSuccess: true } known ? known.Value : new PositionsSnapshot();
        var tape = Tape.Entries.All;
        var ours = tape.Where(e => e.Update.Order.Origin == OrderOrigin.Trader).Select(e => e.Update.Order.ClientOrderId).ToHashSet(StringComparer.Ordinal);
        return new Evidence
        {
            Tape = tape,
            Open = Oms is null ? null : (await Oms.GetOpenOrders()).OrThrow(),
            Positions = positions,
            Truth = Venue.Truth(),
            Crashed = Crashed,
            IsOurs = ours.Contains,
            Words = Words,
            Secrets = Venue.Secrets,
        };
    }
}

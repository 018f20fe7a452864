#pragma warning disable xUnit1051 // every wait here has a limit of its own, which says what was awaited
using Exchange.Exchanges.Common.Books;
using Exchange.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

public sealed class ConflatorTests
{
    [Fact]
    public void Without_an_interval_every_change_leaves_at_once()
    {
        using var stream = new Stream(0);
        for (var i = 0; i < 3; i++)
            stream.Change();
        Assert.Equal([(0, 1, 0), (0, 2, 0), (0, 3, 0)], stream.Sent);
    }

    [Fact]
    public void The_first_change_leaves_at_once_and_the_last_when_its_time_has_come()
    {
        using var stream = new Stream(500);
        stream.Change();
        stream.Wait(100);
        stream.Change();
        stream.Change();
        stream.Change();
        Assert.Equal([(0, 1, 0)], stream.Sent);
        stream.Wait(1000);
        Assert.Equal([(0, 1, 0), (500, 4, 2)], stream.Sent);
        stream.Change();
        Assert.Equal((1100, 5, 0), stream.Sent[^1]);
    }

    [Fact]
    public void A_shorter_interval_takes_effect_on_what_waits()
    {
        using var stream = new Stream(10_000);
        stream.Change();
        stream.Wait(50);
        stream.Change();
        stream.Frequency(100);
        stream.Wait(60);
        Assert.Equal([(0, 1, 0), (100, 2, 0)], stream.Sent);
    }

    [Fact]
    public void A_state_change_does_not_wait()
    {
        using var stream = new Stream(500);
        stream.Change();
        stream.Change();
        stream.Now();
        Assert.Equal([(0, 1, 0), (0, 3, 1)], stream.Sent);
        stream.Wait(5000);
        Assert.Equal(2, stream.Sent.Count);
    }

    /// <summary>Scenario 18: whatever the burst, the newest state is sent, nothing is counted twice, and the rate holds.</summary>
    [Fact]
    public void The_newest_state_is_always_sent_and_the_rate_holds()
    {
        var steps = Gen.Choose(1, 60).SelectMany(n => Gen.ArrayOf(Gen.Choose(0, 300), n));
        Prop.ForAll(steps.ToArbitrary(), Gen.Elements(0, 10, 100, 250).ToArbitrary(), (waits, interval) =>
        {
            using var stream = new Stream(interval);
            foreach (var wait in waits)
            {
                stream.Change();
                stream.Wait(wait);
            }

            stream.Wait(1000);
            Assert.Equal(waits.Length, stream.Sent[^1].State);
            Assert.Equal(waits.Length, stream.Sent.Sum(s => 1 + s.PassedOver));
            var slack = Math.Min(interval / 10, 20);
            for (var i = 0; i < stream.Sent.Count; i++)
            {
                for (var j = i + 1; j < stream.Sent.Count; j++)
                    Assert.True(stream.Sent[j].At - stream.Sent[i].At >= ((j - i) * interval) - slack);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private sealed class Stream : IDisposable
    {
        private readonly ManualTimeProvider _time = new();
        private readonly Lock _gate = new();
        private readonly Conflator _conflator;
        private readonly DateTimeOffset _start;
        private int _state;

        public Stream(int frequencyMs)
        {
            _start = _time.GetUtcNow();
            _conflator = new Conflator(_gate, _time, passedOver => Sent.Add(((int)(_time.GetUtcNow() - _start).TotalMilliseconds, _state, passedOver)))
            {
                FrequencyMs = frequencyMs,
            };
        }

        public List<(int At, int State, int PassedOver)> Sent { get; } = [];

        public void Change()
        {
            lock (_gate)
            {
                _state++;
                _conflator.Changed();
            }
        }

        public void Now()
        {
            lock (_gate)
            {
                _state++;
                _conflator.SendNow();
            }
        }

        public void Frequency(int ms)
        {
            lock (_gate)
                _conflator.FrequencyMs = ms;
        }

        public void Dispose() => _conflator.Dispose();

        public void Wait(int ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));
    }
}

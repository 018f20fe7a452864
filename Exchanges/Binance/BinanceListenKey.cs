using System.Globalization;
using Exchange.Exchanges.Common.Text;
using Exchange.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Exchange.Exchanges.Binance;

/// <summary>
/// The listen key of the account (venue sheet, section 8.1): there is one, whoever asks for it. Orders and positions each keep it alive
/// and neither stops it, since that would silence the other. It dies an hour after it was last kept alive, and its sockets stay open.
/// </summary>
internal sealed class BinanceListenKey(BinancePrivateRest rest, TimeProvider time, ILogger logger, TimeSpan period)
{
    private const string Path = "/fapi/v1/listenKey";
    private const string NoSuchKey = "-1125";

    private static readonly TimeSpan _retryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Five minutes before the venue ends it.</summary>
    private static readonly TimeSpan _longestSilence = TimeSpan.FromMinutes(55);

    private long _aliveAt;
    private volatile string? _key;

    /// <summary>The key; null before the first start and after its death.</summary>
    public string? Current => _key;

    /// <summary>Asks for the key, which makes it or prolongs it.</summary>
    public async Task<Result<string>> StartAsync(CancellationToken cancellationToken)
    {
        var started = await rest.KeyOnlyAsync(HttpMethod.Post, Path, 1, Read, cancellationToken).ConfigureAwait(false);
        if (!started.IsSuccess)
            return started;
        if (started.Value.Length == 0)
            return Unreadable();
        Interlocked.Exchange(ref _aliveAt, time.GetTimestamp());
        _key = started.Value;
        return started;
    }

    /// <summary>Keeps the key alive until stopped.</summary>
    /// <param name="onDead">Is told when the key is dead or another: a new socket is needed.</param>
    /// <param name="stop">Ends it.</param>
    public async Task KeepAsync(Action<string> onDead, CancellationToken stop)
    {
        var wait = period;
        while (true)
        {
            await Task.Delay(wait, time, stop).ConfigureAwait(false);
            if (_key is not { } key)
            {
                wait = _retryAfter;
                continue;
            }

            var pinged = await rest.KeyOnlyAsync(HttpMethod.Put, Path, 1, Read, stop).ConfigureAwait(false);
            if (pinged.IsSuccess)
            {
                wait = period;
                if (pinged.Value.Length == 0 || pinged.Value == key)
                    Interlocked.Exchange(ref _aliveAt, time.GetTimestamp());
                else
                    Die(key, "Binance gave the account another listen key");
                continue;
            }

            BinanceLog.QueryFailed(logger, "keeping the listen key alive", pinged.Error.Message);
            var silence = time.GetElapsedTime(Interlocked.Read(ref _aliveAt));
            if (pinged.Error.VenueCode == NoSuchKey)
                Die(key, "the listen key has expired");
            else if (silence >= _longestSilence)
                Die(key, string.Create(CultureInfo.InvariantCulture, $"the listen key could not be kept alive for {silence.TotalMinutes:0} minutes: {pinged.Error.Message}"));
            wait = _retryAfter;
        }

        void Die(string dead, string reason)
        {
            if (_key == dead)
                _key = null;
            onDead(reason);
        }
    }

    /// <summary>The venue said that a key expired; true when it was ours.</summary>
    public bool Expire(string? key)
    {
        if (key is not null && key != _key)
            return false;
        _key = null;
        return true;
    }

    private static Result<string> Read(byte[] body)
    {
        var json = new Utf8Scanner(body);
        string? key = null;
        var ok = json.TryEnterObject();
        while (ok && json.NextProperty(out var name))
            ok = name.SequenceEqual("listenKey"u8) ? json.TryReadText(out key) : json.TrySkip();

        // A ping has been answered with an empty object as well.
        return ok && json.AtEnd ? key ?? "" : Unreadable();
    }

    private static ExchangeError Unreadable() =>
        new() { Code = ExchangeErrorCode.UnreadableReply, Message = "Binance answered for the listen key with something that cannot be read", Retryable = true };
}

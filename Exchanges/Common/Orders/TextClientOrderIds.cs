using System.Buffers;
using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Orders;

/// <summary>
/// Client order ids as text: trader, epoch and counter with dashes between them, the numbers in base 36 (<c>mm1-4-h</c>). Epoch and
/// counter alone make an id unique; the trader's name, as far as there is room, is for people, and for telling after a loss of the
/// journal whose an order is.
/// </summary>
public sealed class TextClientOrderIds : IClientOrderIdMaker
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private readonly SearchValues<char> _alphabet;
    private readonly int _maxLength;
    private readonly string[] _reserved;
    private readonly string _epoch;
    private long _counter;

    /// <summary>Creates a maker.</summary>
    /// <param name="epoch">This activation's epoch, of which no other ever has the same.</param>
    /// <param name="alphabet">The characters that the venue takes; letters, digits and the dash must be among them.</param>
    /// <param name="maxLength">The longest id that the venue takes.</param>
    /// <param name="form">The form in words, for messages.</param>
    /// <param name="reserved">Beginnings that the venue uses for orders of its own (<c>autoclose-</c>): no id of a trader has one.</param>
    public TextClientOrderIds(long epoch, string alphabet, int maxLength, string form, params ReadOnlySpan<string> reserved)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 36);
        _alphabet = SearchValues.Create(alphabet);
        _maxLength = maxLength;
        _reserved = [.. reserved];
        _epoch = "-" + Base36(epoch) + "-";
        Form = _reserved.Length == 0 ? form : $"{form}, not beginning with {string.Join(" or ", _reserved)}";
    }

    /// <inheritdoc/>
    public string Form { get; }

    /// <inheritdoc/>
    public bool IsValid(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length >= 1 && id.Length <= _maxLength && !id.AsSpan().ContainsAnyExcept(_alphabet) && !IsReserved(id);
    }

    /// <inheritdoc/>
    public string Make(string? trader)
    {
        var counter = Base36(Interlocked.Increment(ref _counter));
        var room = _maxLength - _epoch.Length - counter.Length;
        var name = string.IsNullOrEmpty(trader) ? "x" : trader;
        if (IsReserved(name + "-"))
            name = "x" + name;
        if (name.Length > room)
            name = name[..room];
        if (name.AsSpan().ContainsAnyExcept(_alphabet))
            name = string.Create(name.Length, (name, _alphabet), static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = from._alphabet.Contains(from.name[i]) ? from.name[i] : '_';
            });
        return string.Concat(name, _epoch, counter);
    }

    private bool IsReserved(string id)
    {
        foreach (var beginning in _reserved)
        {
            if (id.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static string Base36(long value)
    {
        Span<char> text = stackalloc char[13];
        var at = text.Length;
        do
        {
            text[--at] = Digits[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        return new string(text[at..]);
    }
}

using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Exchange.Client.Protocol;

/// <summary>The wire names of an enum's members: snake case (<c>GoodTillCancelled</c> is <c>good_till_cancelled</c>).</summary>
internal static class WireName<TEnum>
    where TEnum : struct, Enum
{
    private static readonly FrozenDictionary<TEnum, string> _names =
        Enum.GetValues<TEnum>().Distinct().ToFrozenDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

    private static readonly FrozenDictionary<TEnum, byte[]> _utf8 = _names.ToFrozenDictionary(p => p.Key, p => Encoding.UTF8.GetBytes(p.Value));

    private static readonly FrozenDictionary<string, TEnum> _values = _names.ToFrozenDictionary(p => p.Value, p => p.Key);

    /// <summary>All names, in the order of the values, for messages that say what is legal.</summary>
    public static string Legal { get; } = string.Join(", ", _names.OrderBy(p => p.Key).Select(p => p.Value));

    public static string Of(TEnum value) => _names.TryGetValue(value, out var name) ? name : value.ToString("D");

    public static ReadOnlySpan<byte> Utf8(TEnum value) => _utf8.TryGetValue(value, out var name) ? name : Encoding.UTF8.GetBytes(value.ToString("D"));

    public static bool TryParse(string? text, out TEnum value)
    {
        value = default;
        return text is not null && _values.TryGetValue(text, out value);
    }

    public static bool TryParse(ReadOnlySpan<byte> text, out TEnum value)
    {
        foreach (var (candidate, name) in _utf8)
        {
            if (text.SequenceEqual(name))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}

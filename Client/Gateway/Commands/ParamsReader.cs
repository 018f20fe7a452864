using System.Globalization;
using System.Text.Json;
using Exchange.Client.Protocol;
using Exchange.Grains.Interfaces;

namespace Exchange.Client.Gateway.Commands;

/// <summary>
/// Reads a request's params. The first thing wrong is kept as <see cref="Error"/>, naming the field and its legal values,
/// and later reads give defaults; a member that nobody asked for is an error too, for a misspelled <c>reduce_only</c> must
/// not place an order that increases.
/// </summary>
internal sealed class ParamsReader(JsonElement parameters, string path = "")
{
    private const int MaxSymbolLength = 64;
    private const int MaxTextLength = 256;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public ExchangeError? Error { get; private set; }

    /// <summary>The exchange key, of a role's connection.</summary>
    public ConnectionId Connection(ConnectionRole role)
    {
        var name = ConnectionId.RoleName(role);
        var text = Text("exchange");
        if (Error is not null)
            return new ConnectionId(role, "");
        if (ConnectionId.TryParse($"{name}/{text}", out var id, out _) && id.Exchange == text)
            return id;
        Error = new ExchangeError
        {
            Code = ExchangeErrorCode.UnknownExchange,
            Field = path + "exchange",
            Message = $"{path}exchange: '{GatewayRequest.Shorten(text)}' is none of {string.Join(", ", Venues.All)} (in lower case, with an account after a colon where there is more than one)",
        };
        return new ConnectionId(role, "");
    }

    public string Symbol(string name = "symbol")
    {
        var symbol = Text(name);
        CheckSymbol(name, symbol);
        return symbol;
    }

    public string? OptionalSymbol(string name = "symbol")
    {
        var symbol = OptionalText(name);
        if (symbol is not null)
            CheckSymbol(name, symbol);
        return symbol;
    }

    public string Text(string name)
    {
        var text = OptionalText(name);
        if (text is null)
            Fail(name, "missing; a JSON string");
        return text ?? "";
    }

    public string? OptionalText(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Fail<string?>(name, $"must be a JSON string, not {GatewayRequest.Name(value.ValueKind)}");
        var text = value.GetString()!;
        if (text.Length is 0 or > MaxTextLength)
            return Fail<string?>(name, $"must have 1 to {MaxTextLength} characters");
        return text.Any(char.IsControl) ? Fail<string?>(name, "must not contain control characters") : text;
    }

    public decimal Decimal(string name)
    {
        if (OptionalDecimal(name) is { } value)
            return value;
        Fail(name, "missing; a decimal in a JSON string, such as \"60000.1\"");
        return 0;
    }

    public decimal? OptionalDecimal(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        // A JSON number passes through a double in half of the world's parsers; a string arrives as it was meant.
        if (value.ValueKind == JsonValueKind.Number)
            return Fail<decimal?>(name, $"must be a JSON string, such as \"60000.1\", not a number: write \"{GatewayRequest.Shorten(value.GetRawText())}\"");
        if (value.ValueKind != JsonValueKind.String)
            return Fail<decimal?>(name, $"must be a decimal in a JSON string, not {GatewayRequest.Name(value.ValueKind)}");
        return WireDecimal.TryParse(value.GetString(), out var parsed)
            ? parsed
            : Fail<decimal?>(name, $"'{GatewayRequest.Shorten(value.GetString()!)}' is not a decimal: digits with at most one point, such as \"60000.1\"");
    }

    public int Int(string name, int least, int most, int? otherwise = null) => (int)Long(name, least, most, otherwise);

    public long Long(string name, long least, long most, long? otherwise = null)
    {
        if (!TryGet(name, out var value))
        {
            if (otherwise is null)
                Fail(name, Numbers(least, most, "missing; "));
            return otherwise ?? least;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            Fail(name, Numbers(least, most, $"must be a JSON number, not {GatewayRequest.Name(value.ValueKind)}; "));
            return least;
        }

        if (value.TryGetInt64(out var number) && number >= least && number <= most)
            return number;
        Fail(name, Numbers(least, most, $"{GatewayRequest.Shorten(value.GetRawText())} is not legal; "));
        return least;
    }

    /// <summary>A 64-bit id: digits in a JSON string.</summary>
    public long Id(string name)
    {
        var text = Text(name);
        if (Error is null && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            Fail(name, $"'{GatewayRequest.Shorten(text)}' is not an id: digits in a JSON string, as they were received");
        else if (Error is null)
            return long.Parse(text, CultureInfo.InvariantCulture);
        return 0;
    }

    public bool Flag(string name)
    {
        if (!TryGet(name, out var value))
            return false;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fail(name, $"must be true or false, not {GatewayRequest.Name(value.ValueKind)}");
        return false;
    }

    public TEnum Choice<TEnum>(string name, TEnum? otherwise = null)
        where TEnum : struct, Enum
    {
        if (!TryGet(name, out var value))
        {
            if (otherwise is null)
                Fail(name, $"missing; one of {WireName<TEnum>.Legal}");
            return otherwise ?? default;
        }

        if (value.ValueKind == JsonValueKind.String && WireName<TEnum>.TryParse(value.GetString(), out var parsed))
            return parsed;
        Fail(name, $"{GatewayRequest.Shorten(value.GetRawText())} is none of {WireName<TEnum>.Legal}");
        return default;
    }

    public DateTimeOffset? OptionalTime(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : Fail<DateTimeOffset?>(name, "must be a time in a JSON string, such as \"2026-11-22T10:00:00.123456Z\"");
    }

    /// <summary>An object among the params, read by a reader of its own.</summary>
    public T Object<T>(string name, Func<ParamsReader, T> read)
        where T : class?
    {
        if (!TryGet(name, out var value) || value.ValueKind != JsonValueKind.Object)
        {
            Fail(name, "missing; a JSON object");
            return null!;
        }

        return Nested(value, $"{path}{name}.", read);
    }

    /// <summary>An array of objects among the params.</summary>
    public List<T> Objects<T>(string name, int most, Func<ParamsReader, T> read)
        where T : class
    {
        var items = new List<T>();
        if (!TryGet(name, out var value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0)
        {
            Fail(name, $"missing; a JSON array of 1 to {most} objects");
            return items;
        }

        if (value.GetArrayLength() > most)
        {
            Fail(name, $"{value.GetArrayLength()} entries; at most {most}");
            return items;
        }

        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                Fail($"{name}[{items.Count}]", $"must be an object, not {GatewayRequest.Name(element.ValueKind)}");
                return items;
            }

            items.Add(Nested(element, $"{path}{name}[{items.Count}].", read));
        }

        return items;
    }

    /// <summary>What is wrong with the params, unknown members included; null when nothing is.</summary>
    public ExchangeError? Finish()
    {
        if (Error is not null)
            return Error;
        foreach (var member in parameters.EnumerateObject())
        {
            if (!_known.Contains(member.Name))
            {
                var legal = _known.Count == 0 ? "there are no params here" : $"legal are {string.Join(", ", _known)}";
                return ExchangeError.InvalidArgument(path + GatewayRequest.Shorten(member.Name), $"no such param; {legal}");
            }
        }

        return null;
    }

    /// <summary>Keeps what is wrong, if nothing was before.</summary>
    public void Fail(string name, string message) => Error ??= ExchangeError.InvalidArgument(path + name, message);

    private T Nested<T>(JsonElement value, string nestedPath, Func<ParamsReader, T> read)
    {
        var reader = new ParamsReader(value, nestedPath);
        var result = read(reader);
        Error ??= reader.Finish();
        return result;
    }

    private T? Fail<T>(string name, string message)
    {
        Fail(name, message);
        return default;
    }

    private bool TryGet(string name, out JsonElement value)
    {
        _known.Add(name);
        return parameters.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private void CheckSymbol(string name, string symbol)
    {
        if (Error is null && (symbol.Length > MaxSymbolLength || symbol.Any(char.IsWhiteSpace)))
            Fail(name, $"must be the venue's own symbol: 1 to {MaxSymbolLength} characters without spaces");
    }

    private static string Numbers(long least, long most, string before) =>
        most == long.MaxValue ? $"{before}a whole number from {least}" : $"{before}a whole number from {least} to {most}";
}

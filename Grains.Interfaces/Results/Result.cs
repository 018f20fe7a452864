using System.Diagnostics.CodeAnalysis;
using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>
/// What every call of the gateway returns: a value, or an <see cref="ExchangeError"/> that says what happened and, for
/// a command, whether the venue may have acted. There is no third case and no exception for an expected failure.
/// </summary>
/// <typeparam name="T">The value of a call that succeeded; <see cref="Unit"/> where there is none.</typeparam>
[GenerateSerializer, Immutable, Alias("exchange.result`1")]
public sealed record Result<T>
{
    private Result(T? value, ExchangeError? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The value, or the default of <typeparamref name="T"/> when the call failed.</summary>
    [Id(0)]
    public T? Value { get; private init; }

    /// <summary>Why the call failed, or null when it succeeded.</summary>
    [Id(1)]
    public ExchangeError? Error { get; private init; }

    /// <summary>True when there is a value and no error.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>A call that succeeded with <paramref name="value"/>.</summary>
    public static Result<T> Success(T value) => new(value, null);

    /// <summary>A call that failed with <paramref name="error"/>.</summary>
    public static Result<T> Failure(ExchangeError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(default, error);
    }

    /// <summary>The value, or an exception that carries the error's text: for samples and tests, not for trading code.</summary>
    /// <exception cref="InvalidOperationException">The call failed.</exception>
    public T OrThrow() => IsSuccess ? Value : throw new InvalidOperationException(Error.ToString());

    /// <summary>The same result with the value mapped; an error passes unchanged.</summary>
    public Result<TOther> Map<TOther>(Func<T, TOther> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return IsSuccess ? Result<TOther>.Success(map(Value)) : Result<TOther>.Failure(Error);
    }

    /// <summary>Wraps a value.</summary>
    public static implicit operator Result<T>(T value) => Success(value);

    /// <summary>Wraps an error.</summary>
    public static implicit operator Result<T>(ExchangeError error) => Failure(error);
}

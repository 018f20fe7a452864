using Exchange.Grains.Interfaces;

namespace Exchange.Exchanges.Common.Journal;

/// <summary>A journal cannot be opened. The message says what to do.</summary>
public sealed class OrderJournalException : Exception
{
    /// <summary>Creates it.</summary>
    public OrderJournalException(ExchangeError error, Exception? inner = null)
        : base(error?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>The same as an error of a call: <see cref="ExchangeErrorCode.Fenced"/> or <see cref="ExchangeErrorCode.JournalUnavailable"/>.</summary>
    public ExchangeError Error { get; }
}

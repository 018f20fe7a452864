using Microsoft.Extensions.Options;

namespace Exchange.Streaming;

/// <summary>Checks <see cref="ExchangeStreamOptions"/>, naming the key and the legal values.</summary>
internal sealed class ExchangeStreamOptionsValidator : IValidateOptions<ExchangeStreamOptions>
{
    private const string Section = "Exchange:Streams";

    public ValidateOptionsResult Validate(string? name, ExchangeStreamOptions options)
    {
        var errors = new List<string>();
        Positive(nameof(options.RenewalPeriod), options.RenewalPeriod);
        Positive(nameof(options.RenewalTimeout), options.RenewalTimeout);
        Positive(nameof(options.AckTimeout), options.AckTimeout);
        if (options.SubscriberExpiry < 2 * options.RenewalPeriod)
            errors.Add($"{Section}:SubscriberExpiry is {options.SubscriberExpiry}; it must be at least twice RenewalPeriod ({options.RenewalPeriod})");
        AtLeastOne(nameof(options.QueueLimit), options.QueueLimit);
        AtLeastOne(nameof(options.BatchLimit), options.BatchLimit);
        foreach (var (streamNamespace, size) in options.RingSizes)
        {
            if (!StreamTypes.IsNamespace(streamNamespace))
                errors.Add($"{Section}:RingSizes:{streamNamespace} names no stream namespace; legal are {StreamTypes.Namespaces}");
            AtLeastOne($"RingSizes:{streamNamespace}", size);
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Positive(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
                errors.Add($"{Section}:{key} is {value}; it must be more than 0 and at most one hour, such as 00:00:02");
        }

        void AtLeastOne(string key, int value)
        {
            if (value is < 1 or > 1 << 24)
                errors.Add($"{Section}:{key} is {value}; it must be 1 to {1 << 24}");
        }
    }
}

using Orleans;

namespace Exchange.Grains.Interfaces;

/// <summary>The grain of an order connection; its key is the exchange key.</summary>
[Alias("exchange.oms-grain")]
public interface IExchangeOmsGrain : IExchangeOms, IGrainWithStringKey;

/// <summary>The grain of a position connection; its key is the exchange key.</summary>
[Alias("exchange.pms-grain")]
public interface IExchangePmsGrain : IExchangePms, IGrainWithStringKey;

/// <summary>The grain of a recovery connection; its key is the exchange key.</summary>
[Alias("exchange.data-fetcher-grain")]
public interface IExchangeDataFetcherGrain : IExchangeDataFetcher, IGrainWithStringKey;

/// <summary>The grain of a market-data connection; its key is the exchange key.</summary>
[Alias("exchange.subscriber-grain")]
public interface IExchangeSubscriberGrain : IExchangeSubscriber, IGrainWithStringKey;

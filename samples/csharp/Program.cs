using System.CommandLine;
using Exchange.Samples;

var exchange = new Option<string>("--exchange") { Description = "The exchange: binance, deribit or grvt; or several of them with commas.", DefaultValueFactory = _ => "binance" };
var symbol = new Option<string?>("--symbol") { Description = "The venue's own symbol, one an exchange; its bitcoin perpetual when left out." };
var seconds = new Option<double>("--seconds") { Description = "How long to run; 0 until Ctrl+C.", DefaultValueFactory = _ => 0 };
var top = new Option<int>("--top") { Description = "Levels a side.", DefaultValueFactory = _ => 5 };
var frequency = new Option<int>("--frequency-ms") { Description = "The least time between two books; 0 for every change.", DefaultValueFactory = _ => 0 };
var json = new Option<bool>("--json") { Description = "Print the summary alone, as one JSON line." };
var orleans = new Option<bool>("--orleans") { Description = "Join the cluster as an Orleans client instead of using ZeroMQ." };
var trade = new Option<bool>("--trade") { Description = "Also place, replace, fill and cancel small orders, over and over." };
var commands = new Option<string>("--commands") { Description = "Where the gateway takes commands.", DefaultValueFactory = _ => "tcp://127.0.0.1:5555" };
var updates = new Option<string>("--updates") { Description = "Where the gateway sends updates.", DefaultValueFactory = _ => "tcp://127.0.0.1:5556" };

var root = new RootCommand("A sample trader: shows a live book and trades, and checks that none is out of order; with --trade it trades too.")
{
    exchange, symbol, seconds, top, frequency, json, orleans, trade, commands, updates,
};
root.SetAction(async (parsed, token) =>
{
    var markets = Market.Read(parsed.GetValue(exchange)!, parsed.GetValue(symbol), out var problem);
    if (problem is not null)
    {
        await Console.Error.WriteLineAsync(problem);
        return 2;
    }

    return await TraderSample.RunAsync(
        new SampleOptions(
            markets,
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(top),
            parsed.GetValue(frequency),
            parsed.GetValue(json),
            parsed.GetValue(orleans),
            parsed.GetValue(trade),
            parsed.GetValue(commands)!,
            parsed.GetValue(updates)!),
        token);
});
return await root.Parse(args).InvokeAsync();

using System.CommandLine;
using Exchange.Benchmarks;
using Exchange.Benchmarks.Ccxt;
using Exchange.Benchmarks.Market;
using Exchange.Benchmarks.Orders;
using Exchange.Benchmarks.Parsing;

var seconds = new Option<int>("--seconds") { Description = "length of a round", DefaultValueFactory = _ => 10 };
var names = new Argument<string[]>("name") { Description = "market, orders, parse, ccxt; all when none is given", Arity = ArgumentArity.ZeroOrMore };
var command = new RootCommand("Benchmarks, each against its baseline in the same run. Figures hold for this machine and as ratios only.") { names, seconds };
command.SetAction(async parsed =>
{
    string[] known = ["parse", "market", "orders", "ccxt"];
    var chosen = parsed.GetValue(names) is { Length: > 0 } given ? given : known;
    if (chosen.FirstOrDefault(n => !known.Contains(n)) is { } unknown)
    {
        await Console.Error.WriteLineAsync($"bench: '{unknown}' is none of {string.Join(", ", known)}");
        return 2;
    }

    Console.WriteLine(Machine.Describe());
    var length = Math.Clamp(parsed.GetValue(seconds), 1, 600);
    foreach (var name in chosen)
    {
        switch (name)
        {
            case "parse":
                ParseBenchmark.Run();
                break;
            case "market":
                await MarketBenchmark.RunAsync(length);
                break;
            case "orders":
                await OrderBenchmark.RunAsync(length);
                break;
            default:
                await CcxtBenchmark.RunAsync(length);
                break;
        }
    }

    return 0;
});
return await command.Parse(args).InvokeAsync();

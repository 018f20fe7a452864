using System.CommandLine;
using Exchange.Client.Gateway;

var gateway = new Command("gateway", "Runs the trader's gateway as an Orleans client, in a process of its own.");
gateway.SetAction((_, token) => GatewayProcess.RunAsync(token));
// What follows the command are settings: --Exchange:Gateway:CommandEndpoint tcp://127.0.0.1:7000
gateway.TreatUnmatchedTokensAsErrors = false;
var root = new RootCommand("The trader's side of the exchange gateway.") { gateway };
return await root.Parse(args).InvokeAsync();

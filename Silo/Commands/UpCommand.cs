using System.CommandLine;
using Exchange.Silo.Configuration;
using Exchange.Silo.Hosting;
using Microsoft.Extensions.Options;

namespace Exchange.Silo.Commands;

/// <summary><c>up</c>: the main job. One process, one silo that serves every declared connection, and the gateway in it.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var environment = new Option<string?>("--env") { Description = "sim (the simulators on this machine, the default), testnet or live", HelpName = "sim|testnet|live" };
        var connections = new Option<string?>("--connections") { Description = "what to serve, such as market/binance; all that is implemented when not given", HelpName = "role/exchange,…" };
        var noGateway = new Option<bool>("--no-gateway") { Description = "serve the connections without the ZeroMQ gateway" };
        var set = new Option<string[]>("--set") { Description = "one setting, such as Exchange:Streams:QueueLimit=4096; may be repeated", HelpName = "KEY=VALUE" };
        var command = new Command("up", "Starts the gateway.") { environment, connections, noGateway, set };
        command.SetAction((parsed, cancellationToken) =>
        {
            var commandLine = new CommandLineSettings
            {
                Environment = parsed.GetValue(environment),
                Connections = parsed.GetValue(connections),
                NoGateway = parsed.GetValue(noGateway),
                Set = parsed.GetValue(set) ?? [],
            };
            return Run(commandLine, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> Run(CommandLineSettings commandLine, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var configuration = SiloConfiguration.Read(commandLine);
            var settings = SiloSettings.Read(configuration, commandLine);
            using var host = SiloHost.Build(configuration, settings);
            // Ahead of the start, which would log a wrong setting as a failure with its stack.
            host.Services.GetRequiredService<IStartupValidator>().Validate();
            StartupReport.Write(output, settings);
            await host.StartAsync(cancellationToken);
            StartupReport.WriteReady(output, settings, host.Services);
            await host.WaitForShutdownAsync(cancellationToken);
            await output.WriteLineAsync("stopped");
            return ExitCodes.Success;
        }
        catch (SettingsException exception)
        {
            return await Refuse(error, exception.Errors);
        }
        catch (OptionsValidationException exception)
        {
            return await Refuse(error, exception.Failures);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(e => e is OptionsValidationException))
        {
            return await Refuse(error, exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Success;
        }
        catch (Exception exception)
        {
            await error.WriteLineAsync($"could not start: {exception.GetType().Name}: {exception.Message}");
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> Refuse(TextWriter error, IEnumerable<string> errors)
    {
        await error.WriteLineAsync("The settings are wrong:");
        foreach (var line in errors)
            await error.WriteLineAsync($"  {line}");
        return ExitCodes.Misconfigured;
    }
}

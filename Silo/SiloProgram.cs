using System.CommandLine;
using Exchange.Silo.Commands;

namespace Exchange.Silo;

/// <summary>The host process. Each command has a file of its own in <c>Commands/</c>.</summary>
internal static class SiloProgram
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 for success, 2 for a command line or settings that are wrong, 1 for anything else.</returns>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var root = new RootCommand("A trader's gateway to Binance, GRVT and Deribit.")
        {
            UpCommand.Create(),
            ReplayCommand.Create(),
            RecordCommand.Create(),
            DoctorCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var parseError in parsed.Errors)
                await error.WriteLineAsync(parseError.Message);
            await error.WriteLineAsync("Add --help for what there is.");
            return ExitCodes.Misconfigured;
        }

        // The host has its own way to end on Ctrl-C and SIGTERM, so the command line library's is off.
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(invocation, cancellationToken);
    }
}

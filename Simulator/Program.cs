using Exchange.Simulator;

return await SimulatorCommand.Create().Parse(args).InvokeAsync();

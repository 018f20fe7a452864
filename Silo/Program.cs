using Exchange.Silo;

return await SiloProgram.Run(args, Console.Out, Console.Error, CancellationToken.None);

using PureLlm.Cli;

return CommandLineApp.Run(args, CommandHost.OfProcess());

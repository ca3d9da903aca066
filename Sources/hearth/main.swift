import HearthCommands

await HearthCommand.run()

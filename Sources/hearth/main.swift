import HearthCommands

await HearthProgram.run()

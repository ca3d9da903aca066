import HearthCommands
import HearthRPC

await HearthProgram.run(rpc: RPCDoor.maker)

import HearthDecode

#if canImport(Glibc)
import Glibc
#endif

// Reads one file of a stranger at a time, for the Hearth that started it. See HearthDecode.
exit(DecoderProgram.run())

import HearthCore

/// A failure as a person reads it on standard error.
enum FailureText {
    static func of(_ error: HearthError, for output: Output) -> String {
        var text = output.styled("error:", .red) + " " + DisplayWidth.printable(error.message) + "\n"
        for field in error.fields {
            let place = field.pointer.isEmpty ? "whole body" : field.pointer
            text += "  " + output.styled(place, .bold) + ": " + DisplayWidth.printable(field.message) + "\n"
        }
        if let hint = error.hint { text += output.styled("hint:", .cyan) + " " + hint + "\n" }
        return text
    }
}

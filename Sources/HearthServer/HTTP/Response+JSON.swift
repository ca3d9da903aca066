package import HTTPTypes
package import HearthCore
package import Hummingbird
import NIOCore

extension Response {
    /// An answer of finished JSON text.
    package static func json(_ writer: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
        bytes(writer.bytes, contentType: "application/json", status: status)
    }

    package static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        var writer = JSONWriter()
        writer.write(value)
        return json(writer, status: status)
    }

    package static func bytes(
        _ bytes: [UInt8], contentType: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    package static func noContent() -> Response { Response(status: .noContent) }
}

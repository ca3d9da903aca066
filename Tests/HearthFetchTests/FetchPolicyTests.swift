import HearthCore
import HearthFetch
import Testing

struct FetchPolicyTests {
    @Test(arguments: [
        "https://example.org/", "http://example.org:8080/a?b=c#d", "https://8.8.8.8/", "https://EXAMPLE.org./a",
        "https://[2606:4700::1111]/", "http://[::ffff:8.8.8.8]/", "https://xn--bcher-kva.example/",
    ])
    func publicAddressesPass(_ url: String) throws { _ = try FetchPolicy().target(of: url) }

    @Test(arguments: [
        // Not the web.
        "file:///etc/passwd", "FILE:/etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/html,x",
        "javascript:alert(1)", "unix:///run/x", "example.org", "//example.org/", "http://", "http:///path", "",
        "http://user:secret@example.org/", "http://user@example.org/",
        // This machine and the networks around it.
        "http://127.0.0.1/", "http://127.8.8.8/", "http://localhost/", "http://LOCALHOST./", "http://a.localhost/",
        "http://10.1.2.3/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://0/", "http://224.0.0.1/",
        "http://239.255.255.250/",
        "http://255.255.255.255/", "http://240.0.0.1/", "http://198.18.0.1/", "http://192.0.0.192/",
        "http://192.0.2.1/",
        "http://168.63.129.16/", "http://100.100.100.200/", "http://metadata.google.internal/", "http://router.local/",
        "http://router/", "http://nas.lan/", "http://box.home.arpa/",
        // The same in other forms.
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://0177.0x0.1/",
        "http://127.1/", "http://127.0.1/", "http://017700000001/", "http://3232235777/", "http://0xa9fea9fe/",
        "http://127.0.0.1./", "http://256.0.0.1/", "http://1.2.3.4.5/", "http://0x/", "http://4294967296/",
        "http://08.8.8.8/",
        // IPv6.
        "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
        "http://[::ffff:192.168.0.1]/",
        "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/",
        "http://[2001::1]/", "http://[2001:db8::1]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fc00::1]/",
        "http://[fd00:ec2::254]/", "http://[ff02::1]/", "http://[100::1]/", "http://[::ffff:0:127.0.0.1]/",
        "http://[fe80::1%25eth0]/", "http://[0:0:0:0:0:0:0:1]/",
        // Names that are none.
        "http://exa mple.org/", "http://exam%70le.org/", "http://a..b/", "http://-/", "http://example.org:99999/",
        "http://example.org:0/",
        "http://１２７.0.0.1/", "http://127。0。0。1/",
    ])
    func everythingElseIsRefused(_ url: String) throws {
        let policy = try FetchPolicy()
        let error = #expect(throws: HearthError.self) { try policy.target(of: url) }
        #expect(error?.code == .fetchRefused)
    }

    @Test(arguments: [
        ("HTTPS://EXAMPLE.org./A?b=C#d", "https://example.org/A?b=C"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://134744072/x", "http://134744072/x"),
    ])
    func anAddressIsWrittenInOneWay(_ url: String, _ plain: String) throws {
        #expect(try FetchPolicy().target(of: url).url == plain)
    }

    @Test func aNameThatLeadsToAPrivateAddressIsRefused() throws {
        let policy = try FetchPolicy()
        let mixed = ["8.8.8.8", "10.0.0.1"].compactMap { InternetAddress($0) }
        #expect(throws: HearthError.self) { try policy.check(mixed, host: "example.org") }
        try policy.check([#require(InternetAddress("8.8.8.8"))], host: "example.org")
        let none = #expect(throws: HearthError.self) { try policy.check([], host: "example.org") }
        #expect(none?.code == .fetchFailed)
    }

    @Test func theOwnerMakesExceptions() throws {
        let policy = try FetchPolicy(allowing: "wiki.lan, 192.168.1.0/24 ,fd00::/8,10.0.0.7,")
        _ = try policy.target(of: "http://wiki.lan/")
        try policy.check([#require(InternetAddress("10.9.9.9"))], host: "wiki.lan")
        _ = try policy.target(of: "http://192.168.1.77/")
        _ = try policy.target(of: "http://0xc0a8014d/")
        _ = try policy.target(of: "http://[fd12::1]/")
        _ = try policy.target(of: "http://10.0.0.7/")
        for url in ["http://192.168.2.1/", "http://10.0.0.8/", "http://127.0.0.1/", "file:///etc/passwd"] {
            #expect(throws: HearthError.self) { try policy.target(of: url) }
        }
    }

    @Test(arguments: ["http://x/", "10.0.0.0/33", "a b", "*", "0x7f.1"])
    func exceptionsThatAreNoneAreRefused(_ text: String) {
        #expect(throws: HearthError.self) { try FetchPolicy(allowing: text) }
    }
}

/// How long texts with an IPv4 address can be: such are shown whole as long as it is possible.
enum IPv4Width {
    /// `255.255.255.255:65535`
    static let withPort = 21
    /// `255.255.255.255/32`
    static let withLength = 18
}

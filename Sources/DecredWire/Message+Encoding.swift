internal import Addressing

extension Message {
    /// Appends the whole frame, header and checksum included. Traps on a list of addresses that has
    /// none, more than `AdvertisedAddress.mostInMessage`, or in `addr` an onion service.
    package func append(to bytes: inout [UInt8], on network: WireNetwork) {
        let start = bytes.count
        FrameHeader.appendOpen(kind.command, on: network, to: &bytes)
        appendPayload(to: &bytes)
        FrameHeader.fill(at: start, in: &bytes)
    }

    /// The fields one after the other; there is no room of its own for the payload.
    private func appendPayload(to bytes: inout [UInt8]) {
        switch self {
        case .version(let version): version.append(to: &bytes)
        case .verack, .getaddr, .sendheaders: break
        case .ping(let nonce), .pong(let nonce): bytes.appendLittleEndian(nonce)
        case .feefilter(let rate): bytes.appendLittleEndian(rate)
        case .addr(let addresses):
            Self.appendCount(of: addresses, to: &bytes)
            for address in addresses { address.appendOld(to: &bytes) }
        case .addrv2(let addresses):
            Self.appendCount(of: addresses, to: &bytes)
            for address in addresses { address.append(to: &bytes) }
        }
    }

    private static func appendCount(of addresses: [AdvertisedAddress], to bytes: inout [UInt8]) {
        precondition(
            (1...AdvertisedAddress.mostInMessage).contains(addresses.count),
            "\(addresses.count) addresses can't be sent in one message"
        )
        bytes.appendVarint(UInt64(addresses.count))
    }
}

extension VersionMessage {
    fileprivate func append(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(protocolVersion)
        bytes.appendLittleEndian(services)
        bytes.appendLittleEndian(unixSeconds)
        receiver.append(to: &bytes)
        sender.append(to: &bytes)
        bytes.appendLittleEndian(nonce)
        bytes.appendVarint(UInt64(userAgent.utf8.count))
        bytes.append(contentsOf: userAgent.utf8)
        bytes.appendLittleEndian(lastBlock)
        bytes.append(relaysTransactions ? 1 : 0)
    }
}

extension VersionMessage.Endpoint {
    fileprivate func append(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(services)
        bytes.append(ip)
        bytes.appendBigEndian(port)
    }
}

extension AdvertisedAddress {
    /// As `addrv2` has it: the port's lower byte first.
    fileprivate func append(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(lastSeenSeconds)
        bytes.appendLittleEndian(services)
        switch address.host {
        case .ip(let ip):
            if let v4 = ip.v4 {
                bytes.append(AddressType.ipv4.rawValue)
                bytes.appendBigEndian(v4)
            } else {
                bytes.append(AddressType.ipv6.rawValue)
                bytes.append(ip)
            }
        case .onion(let key):
            bytes.append(AddressType.torV3.rawValue)
            for word in [key.a, key.b, key.c, key.d] { bytes.appendBigEndian(word) }
        }
        bytes.appendLittleEndian(address.port)
    }

    /// As `addr` has it: the port's upper byte first.
    fileprivate func appendOld(to bytes: inout [UInt8]) {
        guard let ip = address.ip else {
            preconditionFailure("\(address) can't be sent in an old message")
        }
        bytes.appendLittleEndian(UInt32(clamping: lastSeenSeconds))
        bytes.appendLittleEndian(services)
        bytes.append(ip)
        bytes.appendBigEndian(address.port)
    }
}

extension [UInt8] {
    /// 16 bytes, IPv4 addresses mapped, and without a zone, which is nobody else's.
    fileprivate mutating func append(_ ip: IPAddress) {
        appendBigEndian(ip.withoutZone.high)
        appendBigEndian(ip.withoutZone.low)
    }
}

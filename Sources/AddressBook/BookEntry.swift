internal import Addressing

/// An address and what is known of it: 80 bytes, no heap. The fields are in an order that leaves no
/// gaps.
struct BookEntry: Equatable, BitwiseCopyable, Sendable {
    /// New places that one address may have.
    static let mostPlaces = 4

    let address: PeerAddress
    /// As others claim, and when a connection to it ended.
    var seen: BookTime
    /// The group of who told of it first.
    let source: UInt64
    /// As others claim until it has been good, then as it said itself.
    var services: UInt64
    /// The last dial, whatever came of it.
    var attempted = BookTime.never
    var succeeded = BookTime.never
    /// The last failure that counted.
    var failed = BookTime.never
    private var stored: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
    /// Those that counted since it was good.
    private(set) var failures: UInt8 = 0
    private var placesAndFlags: UInt8 = 0

    private static let triedFlag: UInt8 = 0x80
    private static let readyFlag: UInt8 = 0x40
    private static let countMask: UInt8 = 0x07

    init(address: PeerAddress, seen: BookTime, source: UInt64, services: UInt64) {
        self.address = address
        self.seen = seen
        self.source = source
        self.services = services
    }

    var family: AddressFamily { AddressFamily(address.host) }

    /// Whether it is among those that have been good.
    var isTried: Bool { placesAndFlags & Self.triedFlag != 0 }

    /// Whether a connection that was dialled to it is ready.
    var isReady: Bool {
        get { placesAndFlags & Self.readyFlag != 0 }
        set {
            placesAndFlags =
                newValue ? placesAndFlags | Self.readyFlag : placesAndFlags & ~Self.readyFlag
        }
    }

    var placeCount: Int { Int(placesAndFlags & Self.countMask) }

    /// Traps unless there is such a one.
    func place(_ index: Int) -> Place {
        precondition(index < placeCount, "\(address) has \(placeCount) places, not \(index + 1)")
        let number =
            switch index {
            case 0: stored.0
            case 1: stored.1
            case 2: stored.2
            default: stored.3
            }
        return isTried
            ? Place(number: BookTables.newPlaces + Int(number)) : Place(number: Int(number))
    }

    var places: [Place] { (0..<placeCount).map { place($0) } }

    /// Adds a new place, or the one tried place of what has none. Traps if there is no room.
    mutating func add(_ place: Place) {
        let count = placeCount
        if place.isTried {
            precondition(count == 0, "\(address) has a place among the new ones")
            placesAndFlags |= Self.triedFlag
            set(0, to: UInt16(place.number - BookTables.newPlaces))
        } else {
            precondition(!isTried && count < Self.mostPlaces, "\(address) has all its places")
            set(count, to: UInt16(place.number))
        }
        placesAndFlags += 1
    }

    /// Traps unless it is there.
    mutating func remove(_ place: Place) {
        guard let index = places.firstIndex(of: place) else {
            preconditionFailure("\(address) isn't in \(place)")
        }
        let rest = places
        placesAndFlags &= ~(Self.triedFlag | Self.countMask)
        for (other, place) in rest.enumerated() where other != index { add(place) }
    }

    private mutating func set(_ index: Int, to number: UInt16) {
        switch index {
        case 0: stored.0 = number
        case 1: stored.1 = number
        case 2: stored.2 = number
        default: stored.3 = number
        }
    }

    mutating func countFailure(at now: BookTime) {
        failed = now
        failures = failures == .max ? .max : failures + 1
    }

    mutating func forgetFailures() {
        failures = 0
    }

    /// As it was stored.
    mutating func restore(failures: UInt8) {
        self.failures = failures
    }

    /// The last of all that has happened to it.
    var newest: BookTime { max(max(seen, attempted), max(succeeded, failed)) }

    /// Moves all that has happened to it up, but not beyond `now`.
    mutating func move(by seconds: Int, upTo now: BookTime) {
        func moved(_ time: BookTime) -> BookTime {
            time == .never || time >= now ? time : min(time + seconds, now)
        }
        seen = moved(seen)
        attempted = moved(attempted)
        succeeded = moved(succeeded)
        failed = moved(failed)
    }

    static func == (left: BookEntry, right: BookEntry) -> Bool {
        left.address == right.address && left.seen == right.seen && left.source == right.source
            && left.services == right.services && left.attempted == right.attempted
            && left.succeeded == right.succeeded && left.failed == right.failed
            && left.failures == right.failures && left.isReady == right.isReady
            && left.places == right.places
    }
}

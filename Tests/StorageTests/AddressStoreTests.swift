import Glibc
import Storage
import Testing

@testable import storage_probe

@Suite("The store of the address book")
struct AddressStoreTests {
    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private static let book = BookRow(key: Array(1...16), savedMicroseconds: 5, check: Array(1...8))
    private static let bucket = BucketRow(number: 7, entries: [1, 2, 0, 3], check: Array(1...8))
    private static let anchor = AnchorRow(place: 1, address: [4, 1, 2, 3, 4, 5, 6], starts: 2)

    private var path: String { folder.path + "/addresses.db" }

    private func handle(_ request: AddressStore.Request) -> AddressStore.Reply {
        AddressStore(folder: folder.path).handle(request)
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let requests: [AddressStore.Request]
        let contents: AddressContents
    }

    @Test(
        "keeps what was saved until it is opened again",
        arguments: [
            Case(testDescription: "nothing", requests: [], contents: AddressContents()),
            Case(
                testDescription: "one of each",
                requests: [.apply([.putBook(book), .putBucket(bucket), .putAnchor(anchor)])],
                contents: AddressContents(book: book, buckets: [bucket], anchors: [anchor])
            ),
            Case(
                testDescription: "what came last, and not what was emptied",
                requests: [
                    .apply([.putBook(book), .putBucket(bucket), .putAnchor(anchor)]),
                    .apply([
                        .putBook(
                            BookRow(key: Array(1...16), savedMicroseconds: 9, check: Array(1...8))
                        ),
                        .putBucket(BucketRow(number: 7, entries: [], check: [])),
                        .putBucket(BucketRow(number: 1_279, entries: [9], check: Array(1...8))),
                        .putBucket(BucketRow(number: 0, entries: [8], check: Array(1...8))),
                        .removeAnchor(place: 1), .removeAnchor(place: 0),
                    ]),
                ],
                contents: AddressContents(
                    book: BookRow(key: Array(1...16), savedMicroseconds: 9, check: Array(1...8)),
                    buckets: [
                        BucketRow(number: 0, entries: [8], check: Array(1...8)),
                        BucketRow(number: 1_279, entries: [9], check: Array(1...8)),
                    ]
                )
            ),
            Case(
                testDescription: "all of another book",
                requests: [
                    .apply([.putBook(book), .putBucket(bucket), .putAnchor(anchor)]),
                    .replace(
                        AddressContents(
                            book: BookRow(
                                key: Array(2...17),
                                savedMicroseconds: 1,
                                check: Array(1...8)
                            ),
                            buckets: [BucketRow(number: 3, entries: [3], check: Array(1...8))]
                        )
                    ),
                ],
                contents: AddressContents(
                    book: BookRow(key: Array(2...17), savedMicroseconds: 1, check: Array(1...8)),
                    buckets: [BucketRow(number: 3, entries: [3], check: Array(1...8))]
                )
            ),
        ]
    )
    func keeps(_ example: Case) throws {
        for request in example.requests { #expect(handle(request).addressError == nil) }
        let reply = handle(.load)
        #expect(reply.setAside == nil)
        #expect(try reply.addresses == example.contents)
    }

    @Test("does a transaction as a whole, or nothing of it, where a value can't be")
    func refused() throws {
        #expect(handle(.apply([.putBook(Self.book), .putBucket(Self.bucket)])).addressError == nil)
        let check: [UInt8] = Array(1...8)
        let wrong: [AddressChange] = [
            .putBook(BookRow(key: [1], savedMicroseconds: 1, check: check)),
            .putBook(BookRow(key: Array(1...16), savedMicroseconds: 1, check: [])),
            .putBucket(BucketRow(number: 1_280, entries: [1], check: check)),
            .putBucket(BucketRow(number: -1, entries: [1], check: check)),
            .putBucket(BucketRow(number: 1, entries: [1], check: [1])),
            .putBucket(
                BucketRow(number: 1, entries: [UInt8](repeating: 1, count: 5_121), check: check)
            ),
            .putAnchor(AnchorRow(place: 2, address: Self.anchor.address, starts: 0)),
            .putAnchor(AnchorRow(place: 0, address: Self.anchor.address, starts: 4)),
            .putAnchor(AnchorRow(place: 0, address: [1], starts: 0)),
        ]
        for change in wrong {
            let good = AddressChange.putBucket(BucketRow(number: 9, entries: [1], check: check))
            #expect(handle(.apply([good, change])).addressError?.kind == .refusedValue)
        }
        let expected = AddressContents(book: Self.book, buckets: [Self.bucket])
        #expect(try handle(.load).addresses == expected)
    }

    @Test("has room for the largest book, and for no more")
    func largest() throws {
        let buckets = (0..<1_280).map {
            BucketRow(number: $0, entries: [UInt8](repeating: 1, count: 5_120), check: Array(1...8))
        }
        let store = AddressStore(folder: folder.path)
        // Written anew again and again it grows no further.
        for _ in 0..<3 {
            let contents = AddressContents(book: Self.book, buckets: buckets)
            #expect(store.handle(.replace(contents)).addressError == nil)
        }
        #expect(try store.handle(.load).addresses.buckets == buckets)
        var status = stat()
        try #require(stat(path, &status) == 0)
        #expect(status.st_size <= 16 << 20)
    }

    @Test("is a file beside that of peers and bans: what happens to one is nothing to the other")
    func apart() throws {
        let peers = Churn.contents(after: 3)
        let contents = AddressContents(book: Self.book, buckets: [Self.bucket])
        #expect(Store(folder: folder.path).handle(.replace(peers)).error == nil)
        #expect(handle(.replace(contents)).addressError == nil)
        #expect(folder.names() == ["addresses.db", "peerd.db"])

        try StateFolder.write([1, 2, 3], to: path)
        let reply = handle(.load)
        #expect(reply.setAside != nil)
        #expect(try reply.addresses == AddressContents())
        #expect(try folder.contents() == peers)

        #expect(handle(.replace(contents)).addressError == nil)
        try StateFolder.write([1, 2, 3], to: folder.database)
        #expect(Store(folder: folder.path).handle(.load).setAside != nil)
        #expect(try handle(.load).addresses == contents)

        // Nor is one taken for the other.
        try StateFolder.write(try StateFolder.read(path), to: folder.database)
        let foreign = Store(folder: folder.path).handle(.load).setAside?.reason
        #expect(foreign == .foreign(applicationID: 0x6164_6472))
    }

    @Test("leaves alone what a newer peerd wrote")
    func newer() throws {
        #expect(handle(.apply([.putBook(Self.book)])).addressError == nil)
        try SQL.run("PRAGMA user_version = 2", on: path)
        let bytes = try StateFolder.read(path)
        for request in [.load, .apply([.putBook(Self.book)])] as [AddressStore.Request] {
            let reply = handle(request)
            #expect(reply.setAside == nil)
            #expect(reply.addressError?.kind == .newer)
        }
        #expect(try StateFolder.read(path) == bytes)
    }
}

extension AddressStore.Reply {
    var addresses: AddressContents {
        get throws {
            guard case .loaded(let contents) = try result.get() else {
                throw Unexpected(what: "saved instead of loaded")
            }
            return contents
        }
    }

    var addressError: StorageError? {
        switch result {
        case .success: nil
        case .failure(let error): error
        }
    }
}

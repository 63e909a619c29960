// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same rules; the pure ones to strict memory safety as well, which
/// would put `unsafe` on nearly every line of those that call C.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "peerd",
    products: [
        .executable(name: "peerd", targets: ["peerd"]),
        .executable(name: "peerctl", targets: ["peerctl"]),
        // For LD_PRELOAD, by the program's tests only.
        .library(name: "CopiedSockets", type: .dynamic, targets: ["CopiedSockets"]),
        .library(name: "DiskCalls", type: .dynamic, targets: ["DiskCalls"]),
        .library(name: "FailingAccept", type: .dynamic, targets: ["FailingAccept"]),
        .library(name: "SlowDisk", type: .dynamic, targets: ["SlowDisk"]),
        .library(name: "ShiftedClock", type: .dynamic, targets: ["ShiftedClock"]),
        .library(name: "WatchedCloses", type: .dynamic, targets: ["WatchedCloses"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    ],
    targets: [
        .target(name: "Addressing", swiftSettings: pure),
        .target(
            name: "Timing",
            dependencies: [.product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: pure
        ),
        .target(name: "Facts", dependencies: ["Addressing", "Timing"], swiftSettings: pure),
        .target(name: "AddressBook", dependencies: ["Addressing", "Timing"], swiftSettings: pure),
        .target(
            name: "ConnectionCore",
            dependencies: [
                "Addressing",
                "Facts",
                "Timing",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: pure
        ),
        .target(
            name: "DecredWire",
            dependencies: ["Addressing", "Timing", "PlainText"],
            swiftSettings: pure
        ),
        .target(name: "PlainText", swiftSettings: pure),
        .target(
            name: "Engine",
            dependencies: ["Addressing", "Facts", "Timing", "ConnectionCore", "DecredWire"],
            swiftSettings: pure
        ),
        .target(
            name: "Control",
            dependencies: ["Addressing", "Facts", "PlainText", "Timing"],
            resources: [.embedInCode("org.peerd.Peers.varlink")],
            swiftSettings: pure
        ),
        .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "LinuxIO", dependencies: ["CLinux"], swiftSettings: strict),
        .systemLibrary(
            name: "CLibsystemd",
            pkgConfig: "libsystemd",
            providers: [.apt(["libsystemd-dev"])]
        ),
        .target(
            name: "CSystemd",
            dependencies: ["CLibsystemd"],
            cSettings: [.define("_GNU_SOURCE")]
        ),
        .target(name: "Systemd", dependencies: ["CSystemd"], swiftSettings: strict),
        .target(name: "CTOML"),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .target(name: "Storage", dependencies: ["CSQLite"], swiftSettings: strict),
        .target(
            name: "Configuration",
            dependencies: [
                "Addressing", "Timing", "ConnectionCore", "DecredWire", "Engine", "PlainText",
                "LinuxIO", "CTOML",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "peerd",
            dependencies: [
                "Addressing",
                "Facts",
                "Timing",
                "ConnectionCore",
                "DecredWire",
                "Engine",
                "Configuration",
                "Control",
                "PlainText",
                "LinuxIO",
                "Systemd",
                "Storage",
                .product(name: "BasicContainers", package: "swift-collections"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "peerctl",
            dependencies: [
                "Addressing",
                "Control",
                "Facts",
                "PlainText",
                "LinuxIO",
                "Timing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        // The core's world in simulated time, its command line and its tests.
        .target(
            name: "Simulation",
            dependencies: [
                "AddressBook",
                "Addressing",
                "Facts",
                "Timing",
                "ConnectionCore",
                "DecredWire",
                "Engine",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "Tests/Simulation",
            swiftSettings: pure
        ),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Simulation",
                "Facts",
                "PlainText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/simulate",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "simulate"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "corebench",
            dependencies: ["ConnectionCore", "Facts", "Addressing", "Timing"],
            path: "Benchmarks/CoreBenchmark",
            swiftSettings: pure
        ),
        .executableTarget(
            name: "wirebench",
            dependencies: ["DecredWire", "Addressing"],
            path: "Benchmarks/WireBenchmark",
            swiftSettings: pure
        ),
        .executableTarget(
            name: "bookbench",
            dependencies: ["AddressBook", "Addressing", "LinuxIO", "Timing"],
            path: "Benchmarks/BookBenchmark",
            swiftSettings: pure
        ),
        .testTarget(
            name: "AddressingTests",
            dependencies: ["Addressing"],
            swiftSettings: strict
        ),
        .testTarget(name: "TimingTests", dependencies: ["Timing"], swiftSettings: strict),
        .testTarget(
            name: "AddressBookTests",
            dependencies: ["AddressBook", "Addressing", "FlippedBits", "Timing"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConnectionCoreTests",
            dependencies: ["ConnectionCore", "Facts", "Addressing", "Timing"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DecredWireTests",
            dependencies: ["DecredWire", "Addressing", "FlippedBits", "Timing"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "Engine", "Addressing", "Facts", "Timing", "ConnectionCore", "DecredWire",
                "FlippedBits",
            ],
            swiftSettings: strict
        ),
        // What tests of configurations and of programs that read them begin with.
        .target(
            name: "ConfigurationFixtures",
            dependencies: ["Configuration", "LinuxIO"],
            path: "Tests/ConfigurationFixtures",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Configuration", "ConfigurationFixtures", "Addressing", "Timing", "ConnectionCore",
                "Engine", "DecredWire", "PlainText", "LinuxIO",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ControlTests",
            dependencies: ["Control", "Facts", "FlippedBits", "Addressing", "Timing"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FactsTests",
            dependencies: ["Facts", "Addressing", "Timing"],
            swiftSettings: strict
        ),
        .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO"], swiftSettings: strict),
        .executableTarget(
            name: "systemd-probe",
            dependencies: ["Systemd"],
            path: "Tests/SystemdProbe",
            swiftSettings: strict
        ),
        .testTarget(
            name: "SystemdTests",
            dependencies: ["Systemd", "systemd-probe"],
            swiftSettings: strict
        ),
        // What has one wrong bit, for the tests of whatever is checked.
        .target(name: "FlippedBits", path: "Tests/FlippedBits", swiftSettings: pure),
        // What a program did to a folder, in order, for the tests of whatever writes to the disk.
        .target(name: "RecordedCalls", path: "Tests/RecordedCalls", swiftSettings: strict),
        .executableTarget(
            name: "storage-probe",
            dependencies: ["Storage", "CSQLite"],
            path: "Tests/StorageProbe",
            swiftSettings: strict
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Storage", "CSQLite", "AddressBook", "Addressing", "Timing", "FlippedBits",
                "RecordedCalls", "storage-probe",
            ],
            exclude: ["Kept"],
            swiftSettings: strict
        ),
        // What the program's tests run beside the daemon, or under it.
        .target(name: "CopiedSockets", path: "Tests/CopiedSockets"),
        .target(name: "DiskCalls", path: "Tests/DiskCalls"),
        .target(name: "FailingAccept", path: "Tests/FailingAccept"),
        .target(name: "SlowDisk", path: "Tests/SlowDisk"),
        .target(name: "ShiftedClock", path: "Tests/ShiftedClock"),
        .target(name: "WatchedCloses", path: "Tests/WatchedCloses"),
        .executableTarget(name: "crowd", path: "Tests/crowd"),
        .testTarget(
            name: "peerdTests",
            dependencies: [
                "peerd", "Addressing", "Facts", "Timing", "ConnectionCore", "DecredWire", "Engine",
                "Configuration", "ConfigurationFixtures", "Control", "PlainText", "LinuxIO",
                "CLinux", "Systemd",
                "FlippedBits", "RecordedCalls", "Simulation", "Storage", "peerctl",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "peerctlTests",
            dependencies: [
                "peerctl",
                "Addressing",
                "Control",
                "Facts",
                "PlainText",
                "LinuxIO",
                "Timing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        // What `make fuzz` runs, once with each file of the corpus.
        .testTarget(
            name: "CorpusTests",
            dependencies: [
                "AddressBook", "Configuration", "Addressing", "Timing", "DecredWire", "Control",
                "Engine",
            ],
            path: "Fuzz/Sources",
            exclude: ["Program"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// `make fuzz` builds these instead: libFuzzer brings the program's `main`, and so the daemon can't be
// a program there.
if Context.environment["PEERD_FUZZ"] != nil {
    let fuzzed = [
        "Addressing", "AddressBook", "Facts", "Timing", "ConnectionCore", "DecredWire", "Engine",
        "Configuration", "Control", "PlainText", "CLinux", "LinuxIO", "CTOML",
    ]
    package.products = []
    package.targets.removeAll { !fuzzed.contains($0.name) }
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "AddressBook", "Configuration", "Addressing", "Timing", "DecredWire", "Control",
                "Engine",
            ],
            path: "Fuzz/Sources",
            exclude: ["CorpusTests"],
            swiftSettings: strict
        )
    )
}

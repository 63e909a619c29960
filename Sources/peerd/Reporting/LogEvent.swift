import Facts

/// Every kind of journal entry. The catalogue explains each, and docs/journal.md documents it.
enum LogEvent: Hashable, Sendable {
    /// The core's.
    case report(Report.Name)
    /// The daemon's own.
    case notice(Notice.Name)

    /// PEERD_EVENT.
    var word: String {
        switch self {
        case .report(let name): name.word
        case .notice(let name): name.word
        }
    }

    /// The MESSAGE_ID: chosen once at random, and the same for ever.
    var messageID: String {
        switch self {
        case .report(let name): name.messageID
        case .notice(let name): name.messageID
        }
    }
}

extension LogEvent: CaseIterable {
    static var allCases: [LogEvent] {
        Report.Name.allCases.map { .report($0) } + Notice.Name.allCases.map { .notice($0) }
    }
}

extension Report.Name {
    fileprivate var messageID: String {
        switch self {
        case .attempting: "1e722943a9dc4ec4e69b5ff8bdf1a8ee"
        case .connected: "dcced3e4b493aef2d889bdf95bcc8795"
        case .accepted: "c20930488a36484606dec9bb87a09d9b"
        case .ready: "a172d5eae7accd27ddbe0d8a65b1036a"
        case .failed: "ccb88265c476f6c5d2c3bf10da159058"
        case .ended: "5780aefc3cb25f860a6d48df018ce166"
        case .retrying: "1032eef04dcb3f3bdca4d5a11445e027"
        case .persistentWaiting: "9847aa9753fa30b0b55b0d45e7b4fae2"
        case .hangingUp: "789613a36d74dcd8e27335b3623235ac"
        case .persistentDown: "cee792fbe45736039e637931522c6cd5"
        case .persistentAdded: "31b26b93397e28c6da66e6e100f4706e"
        case .persistentAdopted: "dbb19f6356ae700b614daf0d2ed4f595"
        case .persistentRemoved: "f147d44afd45bdf6e108e2b96ca78a41"
        case .refused: "cce41892c84255993bc994401e522c37"
        case .refusalsSilenced: "6712f2305a83688c2588fad5fcb55cb1"
        case .refusalsSuppressed: "c0cdc3b383307f914ba113a1a85d1fbd"
        case .outboundPaused: "8a335ce2fd6a1c44b3b3c0d067a3b624"
        case .nobodyToDial: "aa5940269900b86caaed59aec748a835"
        case .targetMissed: "774f8b4733b3e91f9de560e816cb7ba4"
        case .resourcesExhausted: "34d0c7b1cd12137c8286f5824ad9bb83"
        case .banned: "950d6496344cbb54483884bcb033026a"
        case .unbanned: "96b3cffc8230e03ca662a473ba19d6a3"
        case .bansSilenced: "dfbdea3a42ab9302dbb9255b05e7a62e"
        case .bansSuppressed: "af1e7066045d295005c4744f7216c887"
        case .networkActive: "6935a1df9714438d8e77bdd32d132eaa"
        case .networkInactive: "b07ec9baa5339c1b914823b627a84ade"
        case .shuttingDown: "34b8f4731057b02190c2524e40a44e40"
        }
    }
}

extension Notice {
    /// PEERD_EVENT.
    enum Name: String, FactName {
        case started
        case status
        case listening
        case listenerClosed = "listener-closed"
        case listenerAddressMissing = "listener-address-missing"
        case linkUnknown = "link-unknown"
        case listenerKilled = "listener-killed"
        case controlKilled = "control-killed"
        case listenersInherited = "listeners-inherited"
        case socketIgnored = "socket-ignored"
        case restartNeeded = "restart-needed"
        case addressesLearned = "addresses-learned"
        case misbehaving
        case controlListening = "control-listening"
        case controlMissing = "control-missing"
        case controlGroupUnmapped = "control-group-unmapped"
        case controlNotDeleted = "control-not-deleted"
        case persistentRefused = "persistent-refused"
        case configurationWarning = "configuration-warning"
        case reloading
        case reloaded
        case reloadFailed = "reload-failed"
        case journalLost = "journal-lost"
        case stateOff = "state-off"
        case stateRestored = "state-restored"
        case stateLate = "state-late"
        case stateSetAside = "state-set-aside"
        case storedIgnored = "stored-ignored"
        case stateFailed = "state-failed"
        case stateWorks = "state-works"
        case stateLost = "state-lost"
        case recording
        case recordingEnded = "recording-ended"
        case startFailed = "start-failed"

        fileprivate var messageID: String {
            switch self {
            case .started: "3262019f3d4fcb0f7002bcc57131a208"
            case .status: "4c6ba4c912d619b2d3a0333f18086129"
            case .listening: "d97818ab55e4836efbaeb3e3b6285c56"
            case .listenerClosed: "1796ca69a37b610d137abb7eb6c2066a"
            case .listenerAddressMissing: "f0597dd46f0abb3383f985cda31c71fe"
            case .linkUnknown: "b9842fc944fb48809b6e299d17b0e5c1"
            case .listenerKilled: "496e6072bcf92161b38165d9b4941332"
            case .controlKilled: "431c58482796d6b82aafec626e4db147"
            case .listenersInherited: "96d09b760fa66fc14d11b48dd03d7be8"
            case .socketIgnored: "0b2be3b9df221782246c94702efca432"
            case .restartNeeded: "783e84b4949640dbb3e6139cbc39a7ba"
            case .addressesLearned: "3b74d3f4f0884ef4bdcfb5f9489702e6"
            case .misbehaving: "c27b3c3c4cec46ecb9090f1c60e6ac84"
            case .controlListening: "fd2c2e5a8f1c4e58924363d36cdcad39"
            case .controlMissing: "496bb0017c4a48b4b9d2088a33276f5e"
            case .controlGroupUnmapped: "4456eb89c97a4346a6468d9ebd2faec4"
            case .controlNotDeleted: "7dedfc4a829c44fc93aed683bb9b43c5"
            case .persistentRefused: "4851534ffaf8f1740bf8e4b2a91dea08"
            case .configurationWarning: "f3e77ab79e21f000eea232f200303e9a"
            case .reloading: "47d7023d7069f741a03cdf2466016c91"
            case .reloaded: "6223ffdbd8e63a60a11115736d622570"
            case .reloadFailed: "3ee0e7427bcb75b4109908bb2bab8af0"
            case .journalLost: "d987810be673dc07cd1a60ed5f370e2b"
            case .stateOff: "33c08cb302d9d21e965d6c38dbc0522f"
            case .stateRestored: "45c9024805ed752caef96ddf3dfd061a"
            case .stateLate: "5108e051d0d309fe21d747d72adc2399"
            case .stateSetAside: "b41dab9e8d58c1dc457d0a7924502d91"
            case .storedIgnored: "8515202d4bba3da793aef2ee2ff03104"
            case .stateFailed: "6239ce71d855f19ec732ceb72b871cbf"
            case .stateWorks: "1a6af1ee50f622ca7d63a2bed4e4e18d"
            case .stateLost: "d4962ae18848ecf7b0f729fd7a8fd6f1"
            case .recording: "adea891508434d6f93c8218f3407aa85"
            case .recordingEnded: "7add9aa9190547f5932fd8f157826d48"
            case .startFailed: "d4fd1d4a8404a49b9a52c59d6229a6b1"
            }
        }
    }
}

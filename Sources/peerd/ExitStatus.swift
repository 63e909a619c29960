/// What the daemon ends with, as sysexits.h numbers it.
enum ExitStatus {
    /// A command line that can't be understood.
    static let usage: Int32 = 2
    /// An operating system error, or another peerd is in the way.
    static let osError: Int32 = 71
    /// A configuration that the operator must mend first.
    static let configuration: Int32 = 78
}

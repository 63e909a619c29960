/// What the program ends with. 0 is done.
enum ExitStatus {
    /// The daemon has refused, or what was tried has failed.
    static let failed: Int32 = 1
    /// A command line that can't be understood.
    static let usage: Int32 = 2
    /// No daemon, or none that answers.
    static let unreachable: Int32 = 3
}

import Facts
import LinuxIO

extension Wording {
    /// The journal's: times in UTC, which every reader of it can place.
    static let journal = Wording(systemError: SystemError.describe)
}

import Facts
import LinuxIO
import Timing

extension Viewpoint {
    /// Sentences as the reader sees them: times in the reader's calendar.
    var wording: Wording {
        Wording(
            date: { [calendar] time in calendar.text(unixMicroseconds: time.microseconds) },
            systemError: SystemError.describe
        )
    }
}

/// `7.3 s`, from microseconds.
func duration(_ microseconds: Int64) -> String {
    Duration.microseconds(microseconds).briefDescription
}

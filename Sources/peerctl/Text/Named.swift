import Control
import Facts

extension Collection where Element: StringProtocol {
    /// The first `limit` of them with commas between, and how many more there are.
    func named(limit: Int) -> String {
        let more = count - limit
        let names = prefix(limit).joined(separator: ", ")
        return more > 0 ? "\(names) and \(grouped(more)) more" : names
    }
}

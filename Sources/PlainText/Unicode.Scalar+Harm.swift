extension Unicode.Scalar {
    /// A terminal obeys it, or it reorders or hides text, so that something else is shown than what
    /// is there: controls, the marks of writing directions, what joins or tags other characters,
    /// separators of lines, and what means nothing.
    package var isHarmful: Bool {
        guard value >= 0x7f else { return value < 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default:
            // A foreign enumeration; what is left are letters, marks, numbers, signs and spaces.
            false
        }
    }
}

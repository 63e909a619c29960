extension String {
    /// The text with what `Unicode.Scalar.isHarmful` escaped, as `\n` or `\u{202E}`: what somebody
    /// wrote into a file, or a peer sent, can't move the cursor, begin a line of its own, leave the
    /// comment that it is printed in, or show something else than what is there.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isHarmful) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isHarmful {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same of a text that may have lines.
    package func printableLines(joinedBy separator: String = "\n") -> String {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)).printable }
            .joined(separator: separator)
    }
}

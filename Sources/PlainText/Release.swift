/// What both programs and `GetInfo` say that they are.
package enum Release {
    package static let version = "0.1.0"
}

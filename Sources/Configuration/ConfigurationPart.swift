/// What keys of the configuration are part of: all of it, or one listener. Made of nothing it has
/// the defaults.
package protocol ConfigurationPart: Sendable {
    init()
}

/// How a peer comes to be connected.
package enum Way: String, FactName {
    /// It comes to us: `admit`.
    case inbound
    /// It is picked to hold the outbound target.
    case outbound
    /// `connect`.
    case manual
    /// `addPersistent`.
    case persistent
}

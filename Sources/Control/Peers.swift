/// `org.peerd.Peers`: the methods, types and errors of the daemon's own interface, named as in its
/// text, which says what each field means.
///
/// Durations are microseconds in fields that end in `USec`. Times are microseconds since 1970 of
/// the wall clock, in fields that end in `UnixUSec`.
package enum Peers {
    /// The shipped file `org.peerd.Peers.varlink`, which the build puts into the program, so that
    /// the daemon needs no file to describe itself.
    static let interfaceText = String(
        decoding: PackageResources.org_peerd_Peers_varlink,
        as: UTF8.self
    )
}

/// For LD_PRELOAD: notes in the file that DISK_CALLS_FILE names, in order, a line each, what is done to the
/// files below the folder that DISK_CALLS_FOLDER names, and what is said on standard output and standard
/// error. Names are those below the folder, which is `.` itself:
///
///     read NAME, open NAME, create NAME    opened for reading, for writing, and made by that
///     write NAME, truncate NAME            changed
///     sync NAME                            on the disk, by fsync or fdatasync
///     rename NAME NAME, link NAME NAME, remove NAME, mkdir NAME, chmod NAME
///     lock NAME                            by flock
///     bind NAME, listen NAME               a local socket
///     say TEXT                             the first line, at most 200 bytes of it
///
/// What fails isn't noted. Each is noted when it is done, but what is said before it is: so what
/// stands in front of a `say` was done before anybody could read that.

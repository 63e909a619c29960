/// For LD_PRELOAD: while the file that SLOW_DISK names exists, no file of SQLite is read (pread64) and
/// nothing gets to the disk (fsync, fdatasync). The calls wait, as on a disk that doesn't answer.

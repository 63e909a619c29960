// SQLite for Swift, and what of it Swift's importer doesn't see.
#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a number cast to a function pointer. With it SQLite copies the text before this
// returns, so that a pointer into a Swift string need not outlive the call.
static inline int csqlite_bind_text(
    sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 length)
{
    return sqlite3_bind_text64(statement, index, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int csqlite_bind_blob(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length)
{
    // No bytes may have no address, which would be NULL.
    return length == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
        : sqlite3_bind_blob64(statement, index, bytes, length, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic. Defensive: no SQL can write to the schema or the file's innards.
static inline int csqlite_make_defensive(sqlite3 *database)
{
    return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

// The number of errno behind an error of input or output. SQLite tells it for most of them; for those of
// a commit only the file in question knows it.
static inline int csqlite_system_errno(sqlite3 *database)
{
    int number = database ? sqlite3_system_errno(database) : 0;
    sqlite3_file *log = 0;
    if (number == 0 && database
        && sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
        && log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (number == 0 && database)
        sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

// Closing would write the log into the file, and delete it: not with 1.
static inline int csqlite_keep_log(sqlite3 *database, int on)
{
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on, (int *)0);
}

// Extended result codes are expressions, which aren't imported.
static const int csqlite_short_read = SQLITE_IOERR_SHORT_READ;
static const int csqlite_no_memory = SQLITE_IOERR_NOMEM;

#endif

#define _GNU_SOURCE
#include "DiskCalls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/// The program's own call, which these stand in front of.
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { LINE = 2 * PATH_MAX + 32 };

/// One write to a file that is opened for appending: whole lines, whatever other threads do.
static void append(const char *line, size_t length)
{
    const char *file = getenv("DISK_CALLS_FILE");
    int kept = errno;
    int out = file ? (int)syscall(SYS_openat, AT_FDCWD, file,
                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                   : -1;
    if (out >= 0) {
        if (syscall(SYS_write, out, line, length) != (long)length)
            abort();
        syscall(SYS_close, out);
    }
    errno = kept;
}

/// The name below the folder; NULL for what lies elsewhere.
static const char *below(const char *path)
{
    const char *folder = getenv("DISK_CALLS_FOLDER");
    size_t length = folder ? strlen(folder) : 0;
    if (!length || strncmp(path, folder, length) != 0)
        return NULL;
    if (!path[length])
        return ".";
    return path[length] == '/' ? path + length + 1 : NULL;
}

static void note(const char *call, const char *path, const char *other)
{
    char line[LINE];
    const char *name = below(path);
    const char *second = other ? below(other) : NULL;
    int length;
    if (!name && !second)
        return;
    length = snprintf(line, sizeof line, second ? "%s %s %s\n" : "%s %s\n", call,
                      name ? name : path, second);
    append(line, (size_t)length);
}

/// By the name that the file has now.
static void note_descriptor(const char *call, int file)
{
    char link[64], path[PATH_MAX];
    int kept = errno;
    ssize_t length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length <= 0)
        return;
    path[length] = 0;
    note(call, path, NULL);
}

/// In full, whatever folder a name starts from.
static void complete(int folder, const char *path, char *full)
{
    char link[64];
    ssize_t length;
    if (path[0] == '/') {
        snprintf(full, PATH_MAX, "%s", path);
        return;
    }
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, full, PATH_MAX - 1);
    if (length < 0)
        length = 0;
    snprintf(full + length, (size_t)(PATH_MAX - length), "/%s", path);
}

static void note_at(const char *call, int folder, const char *path)
{
    char full[PATH_MAX];
    int kept = errno;
    complete(folder, path, full);
    errno = kept;
    note(call, full, NULL);
}

static void note_two(const char *call, int from, const char *old, int to, const char *new)
{
    char first[PATH_MAX], second[PATH_MAX];
    int kept = errno;
    complete(from, old, first);
    complete(to, new, second);
    errno = kept;
    note(call, first, second);
}

// Opening

static int open_noted(int folder, const char *path, int flags, mode_t mode)
{
    int (*real)(int, const char *, int, ...) = dlsym(RTLD_NEXT, "openat64");
    int is_new = flags & O_CREAT && faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    int file = real(folder, path, flags, mode);
    if (file >= 0)
        note_at(is_new ? "create" : (flags & O_ACCMODE) == O_RDONLY ? "read" : "open", folder,
                path);
    return file;
}

#define MODE_OF(flags, mode)                                                                       \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode = va_arg(list, mode_t);                                                               \
        va_end(list);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_noted(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_noted(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_noted(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_noted(folder, path, flags, mode);
}

// Writing

static void say(const void *bytes, size_t count)
{
    char line[224] = "say ";
    const char *end = memchr(bytes, '\n', count);
    size_t length = end ? (size_t)(end - (const char *)bytes) : count;
    length = length < 200 ? length : 200;
    memcpy(line + 4, bytes, length);
    line[4 + length] = '\n';
    append(line, length + 5);
}

ssize_t write(int file, const void *bytes, size_t count)
{
    ssize_t written;
    if (file == STDOUT_FILENO || file == STDERR_FILENO)
        say(bytes, count);
    written = REAL(write)(file, bytes, count);
    if (written > 0)
        note_descriptor("write", file);
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    ssize_t written = REAL(pwrite)(file, bytes, count, offset);
    if (written > 0)
        note_descriptor("write", file);
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
{
    ssize_t written = REAL(pwrite64)(file, bytes, count, offset);
    if (written > 0)
        note_descriptor("write", file);
    return written;
}

ssize_t writev(int file, const struct iovec *vectors, int count)
{
    ssize_t written;
    if (count > 0 && (file == STDOUT_FILENO || file == STDERR_FILENO))
        say(vectors[0].iov_base, vectors[0].iov_len);
    written = REAL(writev)(file, vectors, count);
    if (written > 0)
        note_descriptor("write", file);
    return written;
}

/// What has succeeded is noted; the result goes to the caller.
#define NOTED(name, arguments, what)                                                         \
    int result = REAL(name) arguments;                                                             \
    if (result == 0)                                                                               \
        what;                                                                                      \
    return result;

int ftruncate(int file, off_t length)
{
    NOTED(ftruncate, (file, length), note_descriptor("truncate", file))
}

int ftruncate64(int file, off64_t length)
{
    NOTED(ftruncate64, (file, length), note_descriptor("truncate", file))
}

int fsync(int file) { NOTED(fsync, (file), note_descriptor("sync", file)) }

int fdatasync(int file) { NOTED(fdatasync, (file), note_descriptor("sync", file)) }

// Names

int rename(const char *old, const char *new)
{
    NOTED(rename, (old, new), note_two("rename", AT_FDCWD, old, AT_FDCWD, new))
}

int renameat(int from, const char *old, int to, const char *new)
{
    NOTED(renameat, (from, old, to, new), note_two("rename", from, old, to, new))
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
    NOTED(renameat2, (from, old, to, new, flags), note_two("rename", from, old, to, new))
}

int link(const char *old, const char *new)
{
    NOTED(link, (old, new), note_two("link", AT_FDCWD, old, AT_FDCWD, new))
}

int unlink(const char *path)
{
    NOTED(unlink, (path), note_at("remove", AT_FDCWD, path))
}

int unlinkat(int folder, const char *path, int flags)
{
    NOTED(unlinkat, (folder, path, flags), note_at("remove", folder, path))
}

int remove(const char *path)
{
    NOTED(remove, (path), note_at("remove", AT_FDCWD, path))
}

int mkdir(const char *path, mode_t mode)
{
    NOTED(mkdir, (path, mode), note_at("mkdir", AT_FDCWD, path))
}

int chmod(const char *path, mode_t mode)
{
    NOTED(chmod, (path, mode), note_at("chmod", AT_FDCWD, path))
}

int fchmod(int file, mode_t mode)
{
    NOTED(fchmod, (file, mode), note_descriptor("chmod", file))
}

int flock(int file, int operation)
{
    NOTED(flock, (file, operation), note_descriptor("lock", file))
}

// Local sockets

static void note_socket(const char *call, int file)
{
    struct sockaddr_un address;
    socklen_t length = sizeof address;
    int kept = errno;
    memset(&address, 0, sizeof address);
    if (getsockname(file, (struct sockaddr *)&address, &length) == 0
        && address.sun_family == AF_UNIX)
        note(call, address.sun_path, NULL);
    errno = kept;
}

int bind(int file, const struct sockaddr *address, socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    int result = real(file, address, length);
    if (result == 0)
        note_socket("bind", file);
    return result;
}

int listen(int file, int backlog)
{
    NOTED(listen, (file, backlog), note_socket("listen", file))
}

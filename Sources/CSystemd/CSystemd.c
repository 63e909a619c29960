#include "CSystemd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

const int csystemd_first_listen_fd = SD_LISTEN_FDS_START;

int csystemd_take_listen_fds(char ***names)
{
    return sd_listen_fds_with_names(1, names);
}

int csystemd_take_watchdog(uint64_t *interval_usec)
{
    return sd_watchdog_enabled(1, interval_usec);
}

/* write(2) may be interrupted and may do a part; it never waits for memory. */
static int write_all(int file, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        bytes += written;
        count -= (size_t) written;
    }
    return 0;
}

/* MFD_NOEXEC_SEAL, which Debian 12's headers lack. With vm.memfd_noexec=2 the kernel refuses files
   without it; before Linux 6.3 it refuses files with it. */
static int memory_file(void)
{
    const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int file = memfd_create("journal-entry", flags | 0x8U);
    if (file < 0 && errno == EINVAL)
        file = memfd_create("journal-entry", flags);
    return file;
}

int csystemd_sealed_file(const void *bytes, size_t count)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    int file = memory_file();
    if (file < 0)
        return -1;
    if (write_all(file, bytes, count) == 0 && fcntl(file, F_ADD_SEALS, seals) == 0)
        return file;
    int code = errno;
    close(file);
    errno = code;
    return -1;
}

int csystemd_send_descriptor(int socket, const void *address, unsigned int length, int descriptor)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {
        .msg_name = (void *) address,
        .msg_namelen = length,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* What the tests put under the daemon by LD_PRELOAD: an accept4(2) that fails as they wish, since a
   machine without descriptors or memory is nothing that a test may make. */
#pragma once

#include <stdatomic.h>

/* The whole of the file that the variable FAILING_ACCEPT names, which both sides share. */
struct failing_accept {
    /* The error of every call from now on; 0 lets the kernel answer. */
    _Atomic int error;
    /* How many calls have failed so. */
    _Atomic int failures;
};

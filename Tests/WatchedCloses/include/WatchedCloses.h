/* What the tests put under the daemon by LD_PRELOAD: epoll_ctl(2) and close(2) that write a byte to the
   file that WATCHED_CLOSES names for each socket that is closed while epoll watches it. Somebody else
   may have a copy of the descriptor, and epoll would go on telling of that for ever. */
#pragma once

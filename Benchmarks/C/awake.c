/* awake: keeps every CPU from sleeping until it is killed, with work that yields to all other work.

   A latency of some ten microseconds is mostly that of a CPU which wakes, and how deep it slept
   differs from moment to moment. */
#include "bench.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

static void spin_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    check(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
    struct sched_param parameters = {0};
    check(sched_setscheduler(0, SCHED_IDLE, &parameters), "SCHED_IDLE");
    for (volatile uint64_t turns = 0;; turns++)
        ;
}

int main(void)
{
    int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
    for (int cpu = 0; cpu < cpus; cpu++) {
        pid_t child = fork();
        check(child, "fork");
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            spin_on(cpu);
        }
    }
    pause();
}

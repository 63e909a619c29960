/* libsystemd, found by pkg-config, which also says how to link it. */
#pragma once

#include <systemd/sd-daemon.h>

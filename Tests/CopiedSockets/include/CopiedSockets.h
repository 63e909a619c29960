/* What the tests put under the daemon by LD_PRELOAD: accept4(2), connect(2) and listen(2) of which each
   leaves a copy of its socket open for ever, as somebody else might who was handed one. */
#pragma once

/// For LD_PRELOAD: the calendar's clock (CLOCK_REALTIME) is ahead by as many seconds as the file says
/// that SHIFTED_CLOCK names, behind if they are negative, and right without the file.

"""Messages not yet answered and replies not yet sent: no crash and no restart loses one."""

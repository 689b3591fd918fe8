"""Linux's system calls by number, and which of them decoding and encoding need."""

from __future__ import annotations

# fmt: off
_FREE = {
    "read": (0, 63), "write": (1, 64), "futex": (202, 98), "mmap": (9, 222), "munmap": (11,
    215), "mprotect": (10, 226), "madvise": (28, 233), "mremap": (25, 216), "brk": (12, 214),
    "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62), "pread64": (17, 67), "readv": (19,
    65), "writev": (20, 66), "poll": (7, -1), "ppoll": (271, 73), "select": (23, -1),
    "pselect6": (270, 72), "recvmsg": (47, 212), "nanosleep": (35, 101), "clock_nanosleep":
    (230, 115), "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96,
    169), "time": (201, -1), "times": (100, 153), "sched_yield": (24, 124), "getrandom": (318,
    278), "restart_syscall": (219, 128), "rt_sigaction": (13, 134), "rt_sigprocmask": (14,
    135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "set_robust_list": (273, 99), "get_robust_list": (274,
    100), "rseq": (334, 293), "membarrier": (324, 283), "mincore": (27, 232), "getpid": (39,
    172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107,
    175), "getgid": (104, 176), "getegid": (108, 177), "exit": (60, 93), "exit_group": (231,
    94), "dup": (32, 23), "dup2": (33, -1), "dup3": (292, 24), "newfstatat": (262, 79),
    "stat": (4, -1), "lstat": (6, -1), "statx": (332, 291), "access": (21, -1), "faccessat":
    (269, 48), "readlink": (89, -1), "readlinkat": (267, 78), "getdents64": (217, 61),
    "getcwd": (79, 17), "getrlimit": (97, 163), "setrlimit": (160, 164), "setitimer": (38,
    103), "getitimer": (36, 102), "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98,
    165), "getcpu": (309, 168), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "fadvise64": (221, 223),
}
"""Calls that decoding makes, as (x86-64, aarch64), -1 where there is none. They work on what a
process has, or look."""
_CHECKED = {
    "fcntl": (72, 25), "open": (2, -1), "openat": (257, 56), "prlimit64": (302, 261), "clone":
    (56, 220), "prctl": (157, 167), "tgkill": (234, 131), "kill": (62, 129), "ioctl": (16, 29),
}
_HARMFUL = {
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "ptrace": (101, 117), "process_vm_readv":
    (310, 270), "process_vm_writev": (311, 271), "process_madvise": (440, 440), "pidfd_open":
    (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "tkill": (200,
    130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "kcmp": (312, 272),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427,
    427), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "mount": (165,
    40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308,
    268), "unshare": (272, 97), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430), "fsmount": (432,
    432), "mount_setattr": (442, 442), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "syslog": (103, 116), "personality": (135, 92), "unlink": (87, -1),
    "unlinkat": (263, 35), "rmdir": (84, -1), "rename": (82, -1), "renameat": (264, 38),
    "renameat2": (316, 276), "truncate": (76, 45), "mkdir": (83, -1), "mkdirat": (258, 34),
    "mknod": (133, -1), "mknodat": (259, 33), "symlink": (88, -1), "symlinkat": (266, 36),
    "link": (86, -1), "linkat": (265, 37), "chmod": (90, -1), "fchmod": (91, 52), "fchmodat":
    (268, 53), "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260,
    54), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr":
    (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "utime": (132, -1),
    "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88), "setpriority": (141,
    140), "clone3": (435, 435),
}
"""Calls that start programs, reach other processes, the network or the kernel, or change the disk
by name."""
# fmt: on
CALLS = _FREE | _CHECKED | _HARMFUL

OWN_ID = -1
"""Stands in a check for the number of this process."""

Check = tuple[int, int, frozenset[int]]
"""Which argument, what of it, and the values one of which that has to have."""
_WRITING = 0o3 | 0o100 | 0o1000 | 0o20000000
"""Of the flags of ``open``: for writing, made, emptied, without a name."""
_THREAD = 0x10000
"""Of the flags of ``clone``: in this process."""
_ANY = 0xFFFFFFFF
_OPENED_WITH = {"open": 1, "openat": 2}
_NO_OTHER = {
    "clone": (0, _THREAD, frozenset({_THREAD})),
    "kill": (0, _ANY, frozenset({OWN_ID})),
    "tgkill": (0, _ANY, frozenset({OWN_ID})),
    "prlimit64": (0, _ANY, frozenset({0, OWN_ID})),
}
"""What only this process may be asked for."""
_CHECKS: dict[str, Check] = {
    **_NO_OTHER,
    **{name: (flags, _WRITING, frozenset({0})) for name, flags in _OPENED_WITH.items()},
    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; others have signals sent.
    "fcntl": (1, _ANY, frozenset({0, 1, 2, 3, 4, 1030})),
    # FIOCLEX, FIONCLEX, TCGETS
    "ioctl": (1, _ANY, frozenset({0x5451, 0x5450, 0x5401})),
    # PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA
    "prctl": (0, _ANY, frozenset({15, 16, 3, 0x53564D41})),
}

ALLOWED_TO_DECODERS: dict[str, Check | None] = dict.fromkeys(_FREE) | _CHECKS
"""All that a decoder may ask the system for; where there is a check, only what passes it."""
DENIED_TO_ENCODERS: dict[str, Check | None] = dict.fromkeys(_HARMFUL) | _NO_OTHER
"""What an encoder may not; where there is a check, what passes it is allowed."""

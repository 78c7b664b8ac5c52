"""More attacks on the sealed child, as data: what native code, inherited descriptors and the pipe itself may be good for.

They are cells like those of `repl_attacks`: each prints BREACH when it got what it wanted, and may end its child.
"""

# ruff: noqa: E501 - a table reads better with an attack a line

from __future__ import annotations

from repl_attacks import FORGE, NATIVE

# Number and arguments of system calls of x86_64; every one must be refused, or end the process.
NATIVE_CALLS = [
    (426, "3, 1, 0, 0, 0, 0"),  # io_uring_enter on the pipe
    (427, "3, 0, 0, 0"),  # io_uring_register
    (206, "8, ct.create_string_buffer(8)"),  # io_setup, the older asynchronous interface
    (447, "0"),  # memfd_secret
    (101, "0, 0, 0, 0"),  # ptrace PTRACE_TRACEME
    (101, "0x4206, HOST, 0, 0"),  # ptrace PTRACE_SEIZE
    (311, "HOST, 0, 0, 0, 0, 0"),  # process_vm_writev
    (434, "HOST, 0"),  # pidfd_open
    (438, "3, 0, 0"),  # pidfd_getfd
    (440, "3, 0, 0, 8, 0"),  # process_madvise
    (312, "HOST, HOST, 0, 0, 0"),  # kcmp
    (257, "3, b'..', 0"),  # openat, from the pipe
    (257, "0, b'/proc/self/environ', 0"),  # openat, from /dev/null
    (267, "-100, b'/proc/self/exe', ct.create_string_buffer(99), 99"),  # readlinkat
    (332, "0, b'', 0x1000, 0xfff, ct.create_string_buffer(256)"),  # statx of a descriptor
    (47, "3, ct.create_string_buffer(56), 0"),  # recvmsg: descriptors sent along
    (299, "3, ct.create_string_buffer(64), 1, 0, 0"),  # recvmmsg
    (307, "3, ct.create_string_buffer(64), 1, 0"),  # sendmmsg
    (44, "3, b'x', 1, 0, 0, 0"),  # sendto
    (45, "3, ct.create_string_buffer(9), 9, 0, 0, 0"),  # recvfrom
    (54, "3, 1, 16, ct.byref(ct.c_int(1)), 4"),  # setsockopt SO_PASSCRED
    (55, "3, 1, 17, ct.create_string_buffer(12), ct.byref(ct.c_int(12))"),  # getsockopt SO_PEERCRED
    (42, "3, ct.create_string_buffer(bytes([1, 0]) + b'/run/x'), 20"),  # connect, with the pipe
    (49, "3, ct.create_string_buffer(bytes([1, 0, 0]) + b'x'), 4"),  # bind
    (50, "3, 5"),  # listen
    (48, "3, 2"),  # shutdown
    (292, "3, 9, 0"),  # dup3
    (436, "0, 9, 4"),  # close_range, unsharing the descriptors
    (16, "0, 0x5412, b'x'"),  # ioctl TIOCSTI: typing into the terminal
    (16, "1, 0x541c, b'x'"),  # ioctl TIOCLINUX
    (16, "3, 0x8901, ct.byref(ct.c_int(1))"),  # ioctl FIOSETOWN: signals to whom the pipe belongs
    (72, "3, 8, 1"),  # fcntl F_SETOWN
    (72, "3, 4, 0x2000"),  # fcntl F_SETFL O_ASYNC
    (62, "0, 9"),  # kill, the group
    (62, "-1, 9"),  # kill, everything
    (200, "HOST, 9"),  # tkill
    (129, "HOST, 9, ct.create_string_buffer(128)"),  # rt_sigqueueinfo
    (297, "HOST, HOST, 9, ct.create_string_buffer(128)"),  # rt_tgsigqueueinfo
    (424, "3, 9, 0, 0"),  # pidfd_send_signal
    (222, "0, ct.create_string_buffer(64), ct.byref(ct.c_int())"),  # timer_create
    (135, "0x0400000"),  # personality READ_IMPLIES_EXEC
    (329, "libc.getpid, 4096, 7, 0"),  # pkey_mprotect
    (10, "ct.c_void_p(ct.cast(libc.getpid, ct.c_void_p).value & ~4095), 4096, 7"),  # mprotect, the C library's own code
    (30, "0, 0, 0o100000"),  # shmat, executable
    (158, "0x1002, 0"),  # arch_prctl ARCH_SET_FS
    (154, "1, ct.create_string_buffer(16), 16"),  # modify_ldt
    (157, "1, 0, 0, 0, 0"),  # prctl PR_SET_PDEATHSIG: to outlive the program
    (157, "22, 0, 0, 0, 0"),  # prctl PR_SET_SECCOMP
    (160, "7, ct.create_string_buffer(16)"),  # setrlimit
    (144, "0, 1, ct.byref(ct.c_int(50))"),  # sched_setscheduler: ahead of everybody
    (56, "0x00010000 | 0x00000100 | 0x00000800 | 0x00020000, 0, 0, 0, 0"),  # clone: a thread in a mount namespace
    (308, "3, 0"),  # setns
    (425 + 0x40000000, "8, ct.create_string_buffer(120)"),  # io_uring_setup, as x32
    (520 + 0x40000000, "b'/bin/sh', 0, 0"),  # execve, as x32
]  # fmt: skip

# An address whose bytes are `int 0x80`, the door of 32-bit calls, looked for in the code that is mapped already.
_INT_80 = """
start = ct.cast(libc.getpid, ct.c_void_p).value & ~4095
code = ct.string_at(start - 300_000, 900_000)
at = code.find(b"\\xcd\\x80")
print("found" if at >= 0 else "none", flush=True)
if at >= 0:
    ct.CFUNCTYPE(ct.c_long)(start - 300_000 + at)()
"""
_OWN_CODE = """
page = libc.mmap
page.restype = ct.c_void_p
made = page(None, ct.c_size_t(4096), 3, 0x22, -1, ct.c_long(0))
ct.memmove(made, b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3", 8)  # mov eax, 20; int 0x80; ret
libc.mprotect(ct.c_void_p(made), ct.c_size_t(4096), 5)
if ct.CFUNCTYPE(ct.c_int)(made)() > 0: print("BREACH")
"""
_ENVIRONMENT = """
at = ct.c_void_p.in_dll(libc, "environ").value
while at and (entry := ct.c_char_p.from_address(at).value):
    if not entry.startswith(b"LC_CTYPE="): print("BREACH", entry)  # CPython sets that one itself
    at += 8
"""
_OPEN = "import select\np = select.poll()\nfor fd in range(4, 3000): p.register(fd)\nprint('BREACH' if [f for f, e in p.poll(0) if not e & select.POLLNVAL] else 'none')"

NATIVE_CELLS = {
    "machine code": [
        NATIVE + _INT_80,
        NATIVE + _OWN_CODE,
        NATIVE + "ct.CFUNCTYPE(ct.c_long, ct.c_void_p)(0xffffffffff600000 + 0x400)(None)",  # the vsyscall page: time()
        NATIVE + "ct.CFUNCTYPE(ct.c_int)(lambda: 1)()",  # libffi makes code for a callback
        NATIVE + "ct.memmove(ct.cast(libc.getpid, ct.c_void_p).value, b'\\x90', 1); print('BREACH')",
        NATIVE + "libc.signal(31, ct.c_void_p(1)); libc.syscall(ct.c_long(0x40000000 + 39)); print('BREACH')",
        NATIVE + "libc.syscall(ct.c_long(273), ct.create_string_buffer(b'\\xff' * 24), ct.c_size_t(24)); import os; os._exit(0)",
        NATIVE + _ENVIRONMENT,
    ],
    "inherited": [
        NATIVE + _OPEN.replace("import select", "import sys, importlib.machinery as m; select = m.BuiltinImporter.load_module('select')"),
        NATIVE + "for fd in range(4, 3000):\n    if libc.syscall(ct.c_long(0), ct.c_int(fd), ct.create_string_buffer(1), ct.c_size_t(1)) >= 0: print('BREACH', fd)",
        NATIVE + "libc.syscall(ct.c_long(3), 0)\nfor n in (2, 22, 32, 41, 85, 213, 253, 283, 284, 290, 291, 319, 323, 425, 434):\n    if libc.syscall(ct.c_long(n), 0, 0, 0, 0, 0, 0) >= 0: print('BREACH', n)",
        NATIVE + "libc.syscall(ct.c_long(3), 0)\nfd = ct.c_int(-1)\nlibc.syscall(ct.c_long(56), ct.c_long(0x10000 | 0x100 | 0x800 | 0x1000), 0, ct.byref(fd), 0, 0)\nif fd.value > 3: print('BREACH')",
    ],
    "text for the terminal": [
        "print('\\x1b]52;c;cm0gLXJm\\x07\\x9b31m\\u202e')",
        "raise ValueError('\\x1b]52;c;cm0gLXJm\\x07')",
        "globals()['\\x1b[2J'] = type('\\x1b]0;x\\x07', (), {})()",
        "answer['content'] = '\\x1b]52;c;cm0gLXJm\\x07'; answer['ready'] = True",
        "fail('\\x1b]52;c;cm0gLXJm\\x07')",
        "exec(compile('1/0', '\\x1b[2J', 'exec'))",
    ],
    "frames": [
        FORGE + "c = b'{\"t\":\"call\",\"id\":%d,\"name\":\"slow\",\"args\":[0.01],\"kwargs\":{}}'\nfor n in range(2000): forge(c % 7)",  # one number for many calls
        FORGE + "c = b'{\"t\":\"call\",\"id\":1,\"name\":\"echo\",\"args\":[1],\"kwargs\":{}}'\nwhile True: forge(c)",  # a flood of small ones
        FORGE + "c = b'{\"t\":\"call\",\"id\":1,\"name\":\"echo\",\"args\":[' + b'1,' * 390_000 + b'1],\"kwargs\":{}}'\nwhile True: forge(c)",  # of dear ones
        FORGE + "os.write(3, struct.pack('!II', 4_000_000, 0))\nwhile True: os.write(3, b' ')",  # one that never ends
        FORGE + "import time\nos.write(3, struct.pack('!II', 4_000_000, 30_000_000))\ntime.sleep(9)",
        FORGE + "forge(b'[' * 1_000_000 + b']' * 1_000_000)",
        FORGE + "forge(b'{\"t\":' + b'[' * 199_000 + b']' * 199_000 + b'}')",
        FORGE + "forge(b'{\"a\":' * 199_000 + b'1' + b'}' * 199_000)",
        FORGE + "forge(b'{\"t\":\"done\",\"id\":' + b'9' * 4_000_000 + b'}')",
        FORGE + "forge(b'{\"t\":\"done\",\"id\":-' + b'9' * 4_200 + b'}')",
        FORGE + "forge(b'{\"t\":\"call\",\"id\":1,\"name\":\"echo\",\"args\":[1e99999,-Infinity],\"kwargs\":{}}')",
        FORGE + "forge(b'{\"t\":\"reply\",\"id\":1,\"ok\":true,\"value\":1}')",  # a reply, as if it were the host
        FORGE + "forge(b'{\"t\":\"run\",\"id\":1,\"code\":\"1\"}'); forge(b'{\"t\":\"start\",\"functions\":[],\"variables\":{}}')",
        FORGE + "d = b'{\"t\":\"done\",\"id\":%d,\"status\":\"ok\",\"error\":\"\",\"output\":\"\",\"omitted\":0,\"answer\":\"\",\"ready\":true,\"variables\":[]}'\nfor n in range(200): forge(d % n)",  # whichever cell runs
        FORGE + "forge(b'{\"t\":\"call\",\"t\":\"done\",\"id\":1,\"id\":2,\"name\":\"echo\"}')",  # keys twice
        FORGE + "forge(b'{\"t\":\"call\",\"id\":1,\"name\":\"echo\",\"args\":[1],\"kwargs\":{\"self\":1,\"name\":\"x\",\"__class__\":2}}')",
        FORGE + "forge(b'{\"t\":\"call\",\"id\":1,\"name\":\"' + bytes([92]) * 1_000_000 + b'\",\"args\":[],\"kwargs\":{}}')",  # backslashes
        FORGE + "import threading\nfor _ in range(8): threading.Thread(target=lambda: [forge(b'{}') for _ in range(1000)]).start()",
        FORGE + "import threading\nfor c in (b'a', b'b'): threading.Thread(target=lambda c=c: [os.write(3, c * 7) for _ in range(1000)]).start()",  # interleaved
        "import threading\nt = [threading.Thread(target=lambda: [peek._ask.__self__._send({'t': 'call', 'id': 9, 'name': 'big', 'args': [4_000_000], 'kwargs': {}}, []) for _ in range(99)], daemon=True) for _ in range(4)]\nfor x in t: x.start()\nimport time; time.sleep(9)",  # replies that nobody wants
    ],
}  # fmt: skip

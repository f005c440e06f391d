/* The calls of the system: a program for the kernel's filter, written from tables. No library is
 * needed for that, and none could add a call behind our back. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "app/sandbox.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Linux' own numbers; those that an architecture lacks are left out. */
static const int server_calls[] = {
    /* bytes */
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_preadv,
    SYS_pwritev,
    SYS_lseek,
    SYS_sendfile,
    SYS_splice,
    /* files */
    SYS_openat,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_getdents64,
    SYS_getcwd,
    SYS_fcntl,
    SYS_flock,
    SYS_ftruncate,
    SYS_truncate,
    SYS_fallocate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_sync_file_range,
    SYS_renameat2,
    SYS_unlinkat,
    SYS_mkdirat,
    SYS_linkat,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_utimensat,
    SYS_statfs,
    SYS_fstatfs,
    SYS_umask,
    SYS_fadvise64,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_memfd_create,
#ifdef SYS_open
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_rename,
    SYS_unlink,
    SYS_mkdir,
    SYS_rmdir,
    SYS_link,
    SYS_chmod,
    SYS_dup2,
    SYS_pipe,
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
    SYS_epoll_create,
    SYS_eventfd,
    SYS_getpgrp,
    SYS_time,
    SYS_arch_prctl,
    SYS_alarm,
    SYS_utime,
    SYS_inotify_init,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
#ifdef SYS_close_range
    SYS_close_range,
#endif
    SYS_inotify_init1,
    SYS_inotify_add_watch,
    SYS_inotify_rm_watch,
    /* waiting */
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_eventfd2,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_timerfd_gettime,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_restart_syscall,
#ifdef SYS_epoll_pwait2
    SYS_epoll_pwait2,
#endif
    /* network */
    SYS_socketpair,
    SYS_connect,
    SYS_accept,
    SYS_accept4,
    SYS_bind,
    SYS_listen,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    SYS_setsockopt,
    SYS_sendto,
    SYS_recvfrom,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_sendmmsg,
    SYS_recvmmsg,
    SYS_shutdown,
    /* memory */
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_msync,
    SYS_mincore,
    SYS_mlock,
    SYS_munlock,
    SYS_mlock2,
    /* threads and signals */
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_set_tid_address,
    SYS_exit,
    SYS_exit_group,
    SYS_gettid,
    SYS_getpid,
    SYS_getppid,
    SYS_tgkill,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigtimedwait,
    SYS_rt_sigpending,
    SYS_rt_sigsuspend,
    SYS_sigaltstack,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_membarrier,
    SYS_prctl,
#ifdef SYS_rseq
    SYS_rseq,
#endif
    /* who and what we are */
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getresuid,
    SYS_getresgid,
    SYS_getgroups,
    SYS_uname,
    SYS_sysinfo,
    SYS_prlimit64,
    SYS_getrlimit,
    SYS_setrlimit,
    SYS_getrusage,
    SYS_times,
    SYS_capget,
    SYS_getpgid,
    SYS_getsid,
    SYS_getcpu,
    /* time and chance */
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_getrandom,
};

/* What only somebody makes who has taken the process over. */
static const int deadly_calls[] = {
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_add_key,
    SYS_keyctl,
    SYS_request_key,
    SYS_userfaultfd,
    SYS_open_by_handle_at,
    SYS_reboot,
    SYS_swapon,
    SYS_acct,
    SYS_personality,
    SYS_quotactl,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_sethostname,
};

static const int running_calls[] = {SYS_execve, SYS_execveat};

/* What a reader of one file does not need: others, by network, signal or file. */
static const int reaching_calls[] = {
    SYS_socket,         SYS_socketpair, SYS_connect,  SYS_bind,     SYS_listen,    SYS_accept,
    SYS_accept4,        SYS_sendto,     SYS_sendmsg,  SYS_sendmmsg, SYS_kill,      SYS_tkill,
    SYS_setsid,         SYS_setpgid,    SYS_setuid,   SYS_setgid,   SYS_setresuid, SYS_setresgid,
    SYS_setgroups,      SYS_fchmod,     SYS_fchmodat, SYS_fchown,   SYS_fchownat,
#ifdef SYS_chmod
    SYS_chmod,          SYS_chown,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define MOST         1024
#define NUMBER       offsetof(struct seccomp_data, nr)
#define FIRST        offsetof(struct seccomp_data, args[0])
#define SECOND       offsetof(struct seccomp_data, args[1])
#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

struct program {
    struct sock_filter code[MOST];
    unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t value, uint8_t yes, uint8_t no)
{
    program->code[program->length++] = (struct sock_filter)BPF_JUMP(code, value, yes, no);
}

static void load(struct program *program, size_t offset)
{
    add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct program *program, uint32_t with)
{
    add(program, BPF_RET | BPF_K, with, 0, 0);
}

/* Each of these calls, by number, is answered so. */
static void add_calls(struct program *program, const int *calls, size_t count, uint32_t with)
{
    for (size_t i = 0; i < count; i++) {
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
        answer(program, with);
    }
}

#define DENIED(number) (SECCOMP_RET_ERRNO | (number))

/* Threads, but no namespaces; sockets of a few families; no typing into the terminal. */
static void add_special(struct program *program)
{
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
    load(program, FIRST);
    add(program, BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    answer(program, SECCOMP_RET_ALLOW);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4);
    load(program, SECOND);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 0, 1);
    answer(program, DENIED(EPERM));
    answer(program, SECCOMP_RET_ALLOW);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2 + 2 * COUNT(families));
    load(program, FIRST);
    for (size_t i = 0; i < COUNT(families); i++) {
        add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)families[i], 0, 1);
        answer(program, SECCOMP_RET_ALLOW);
    }
    answer(program, DENIED(EAFNOSUPPORT));
}

#ifdef ARCHITECTURE

/* Calls of another architecture have other numbers: none is made. */
static void add_begin(struct program *program)
{
    load(program, offsetof(struct seccomp_data, arch));
    add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    load(program, NUMBER);
#if defined(__x86_64__)
    add(program, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x32 */
    answer(program, SECCOMP_RET_KILL_PROCESS);
#endif
}

bool sandbox_calls(enum sandbox_calls which)
{
    struct program program = {.length = 0};
    struct sock_fprog given = {.filter = program.code};

    add_begin(&program);
    add_calls(&program, deadly_calls, COUNT(deadly_calls), SECCOMP_RET_KILL_PROCESS);
    if (which == SANDBOX_SERVER) {
        add_calls(&program, running_calls, COUNT(running_calls), SECCOMP_RET_KILL_PROCESS);
        add_special(&program);
        add_calls(&program, server_calls, COUNT(server_calls), SECCOMP_RET_ALLOW);
        /* The C library takes another way when a call is not known. */
        answer(&program, DENIED(ENOSYS));
    } else {
        add_calls(&program, reaching_calls, COUNT(reaching_calls), DENIED(EPERM));
        answer(&program, SECCOMP_RET_ALLOW);
    }
    given.len = program.length;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given, 0, 0) == 0;
}

#else

bool sandbox_calls(enum sandbox_calls which)
{
    (void)which;
    return false;
}

#endif

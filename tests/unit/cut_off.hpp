// Runs work in a process of its own and kills it before the n-th call by which it would change a file: between any two
// of them, and in what the work leaves, a power cut of the process may find a home. Linux; one thread.
#pragma once

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>

namespace indaba::tests {

class CutOff {
public:
    enum class End { killed, done, failed, impossible };
    /// What counts as a change: also what a file holds, or only which files there are.
    enum class Of { files, names };

    /// `work` answers whether it succeeded; it may become another program. killed: there was an n-th change, counted
    /// from 0.
    [[nodiscard]] static End before_change(int n, const std::function<bool()>& work, Of what = Of::files)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kImpossible);
            (void)::raise(SIGSTOP);
            ::_exit(work() ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) return End::impossible;
        ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
        const auto end = follow(child, n, what);
        if (end == End::killed) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
        }
        return end;
    }

private:
    static constexpr int kImpossible = 99;

    static End follow(pid_t child, int n, Of what)
    {
        int status = 0;
        long signal = 0;
        while (true) {
            ::ptrace(PTRACE_SYSCALL, child, nullptr, signal);
            ::waitpid(child, &status, 0);
            if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? End::done : End::failed;
            if (WIFSIGNALED(status)) return End::failed;
            const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
            // A plain SIGTRAP says that the work is another program now.
            signal = is_call || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
            if (is_call && is_change(child, what) && n-- == 0) return End::killed;
        }
    }

    /// True before a call that changes a file, not after it.
    static bool is_change(pid_t child, Of what)
    {
        __ptrace_syscall_info call{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(call), &call) <= 0) return false;
        if (call.op != PTRACE_SYSCALL_INFO_ENTRY) return false;
        switch (call.entry.nr) {
            case SYS_openat: return (call.entry.args[2] & O_CREAT) != 0;
            case SYS_write:
            case SYS_pwrite64:
            case SYS_ftruncate:
            case SYS_fsync:
            case SYS_fdatasync: return what == Of::files;
            case SYS_renameat2:
            case SYS_unlinkat:
#ifdef SYS_open
            case SYS_rename:
            case SYS_unlink:
#endif
                return true;
            default: return false;
        }
    }
};

}  // namespace indaba::tests

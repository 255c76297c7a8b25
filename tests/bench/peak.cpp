// Runs its arguments as a program and writes the largest resident set of it, in KiB, as the last line of standard
// output. It is small: what a process starts from counts as its child's, so a bench full of rows cannot measure by
// itself.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main(int, char** arguments)
{
    const auto pid = fork();
    if (pid == 0) {
        execv(arguments[1], arguments + 1);
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) return 127;
    std::printf("%ld\n", usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

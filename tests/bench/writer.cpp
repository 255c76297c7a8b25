// A delegate's own writes in a process of their own: writer HOME SEED RECORDS RECORDS_PER_TRANSACTION prints the
// seconds to the last commit.
#include "tests/bench/centre.hpp"

#include <cstdio>

int main(int argc, char** argv)
{
    if (argc != 5) return 2;
    const auto number = [&](int i) { return std::size_t(std::stoull(argv[i])); };
    const auto rows = indaba::bench::make_rows(number(3), number(2));
    std::printf("%.9f\n", indaba::bench::write_rows(argv[1], rows, number(4)));
    return 0;
}

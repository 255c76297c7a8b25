#include "shared/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace indaba::shared {

void check_failed(const char* condition, std::source_location where)
{
    std::fprintf(stderr, "%s:%u: check failed: %s\n", where.file_name(), unsigned(where.line()), condition);
    std::abort();
}

}  // namespace indaba::shared

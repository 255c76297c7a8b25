// Opens a home that is not there, the way an embedder would, and expects to be told so.
#include "client/core.hpp"

#include <cstdio>

int main(int argc, char** argv)
{
    if (argc != 2) return 2;
    const auto core = indaba::client::Core::open(argv[1]);
    if (core.has_value()) return 1;
    std::printf("%s\n", core.error().text.c_str());
    return core.error().code == indaba::shared::Errc::not_found ? 0 : 1;
}

// hostile HOME SPACE COUNT BROKEN: writes so many enterprises into a home, one transaction each, of which the BROKEN-th
// breaks a rule of the catalogue. The home's next sync pushes them.
#include "tests/hostile/hostile_device.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    using indaba::shared::Value;
    if (argc != 5) {
        std::fputs("usage: hostile HOME SPACE COUNT BROKEN\n", stderr);
        return 2;
    }
    try {
        indaba::tests::HostileDevice device(argv[1]);
        const auto count = std::stoi(argv[3]);
        for (int i = 1; i <= count; ++i) {
            const auto country = Value::code(i == std::stoi(argv[4]) ? "ATLANTIS" : "ZA");
            const auto name = Value::text("Exhibitor " + std::to_string(i));
            (void)device.write(argv[2], "enterprise", {{"country", country}, {"name", name}});
        }
        std::printf("%d enterprises written, number %s of them in Atlantis\n", count, argv[4]);
    } catch (const std::exception& broken) {
        std::fprintf(stderr, "hostile: %s\n", broken.what());
        return 1;
    }
    return 0;
}

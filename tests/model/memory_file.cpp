#include "tests/model/memory_file.hpp"

namespace indaba::tests::model {

platform::DatabaseOptions memory_file()
{
    static std::uint64_t count = 0;
    platform::DatabaseOptions file;
    file.path = "file:/indaba-tests-" + std::to_string(++count) + "?vfs=memdb";
    file.create = true;
    file.synchronous_off = true;
    file.cache_kib = 1024;
    return file;
}

}  // namespace indaba::tests::model

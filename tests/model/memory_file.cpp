#include "tests/model/memory_file.hpp"

#include "shared/check.hpp"

#include <sqlite3.h>

namespace indaba::tests::model {

namespace {

using Connection = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Connection connect(const std::string& path)
{
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, nullptr);
    Connection connection(handle, &sqlite3_close);
    INDABA_CHECK(code == SQLITE_OK);
    return connection;
}

}  // namespace

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

void copy_memory_file(const std::string& from, const std::string& to)
{
    const auto source = connect(from);
    const auto target = connect(to);
    auto* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
    INDABA_CHECK(backup != nullptr);
    INDABA_CHECK(sqlite3_backup_step(backup, -1) == SQLITE_DONE);
    INDABA_CHECK(sqlite3_backup_finish(backup) == SQLITE_OK);
}

}  // namespace indaba::tests::model

#include "client/life.hpp"

#include "platform/file_identity.hpp"
#include "platform/files.hpp"
#include "platform/sqlite_meta.hpp"
#include "shared/bounded_json.hpp"
#include "sync/storage_transaction.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace indaba::client {

namespace json = boost::json;

namespace {

constexpr std::size_t kMost_bytes = 4096;
constexpr const char* kKey = "life";

/// One life of a database.
struct Life {
    std::uint64_t id = 0;
    std::string file;  ///< its identity
    std::uint64_t written = 0;  ///< entries, when that was noted last
};

std::string path_of(const Home& home) { return home.directory() + "/life.json"; }

std::uint64_t number_of(const json::object& object, const char* name)
{
    const auto* value = object.if_contains(name);
    std::uint64_t number = 0;
    if (value == nullptr || !value->is_string()) return number;
    const std::string_view text = value->get_string();
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// As the file beside the database has it.
std::optional<Life> noted(const Home& home)
{
    const auto bytes = platform::read_private_file(path_of(home), kMost_bytes);
    if (bytes.has_error()) return std::nullopt;
    const auto parsed = shared::BoundedJson::parse(std::string(shared::as_text(*bytes)));
    if (parsed.has_error() || !parsed->value().is_object()) return std::nullopt;
    const auto& object = parsed->value().get_object();
    const auto* file = object.if_contains("file");
    if (file == nullptr || !file->is_string()) return std::nullopt;
    return Life{number_of(object, "life"), std::string(file->get_string()), number_of(object, "written")};
}

Result<void> note(const Home& home, const Life& life)
{
    const auto text = json::serialize(json::object{
        {"life", std::to_string(life.id)}, {"file", life.file}, {"written", std::to_string(life.written)}});
    return platform::write_private_file(path_of(home), shared::as_bytes(text));
}

/// As the database and its file are; without an id in it, 0.
Result<Life> current(const Home& home, sync::store::ReplicaStore& store)
{
    Life life;
    INDABA_ASSIGN(const auto id, platform::meta_int64(store.database(), kKey));
    life.id = std::uint64_t(id.value_or(0));
    life.file = platform::file_identity(home.database_path());
    INDABA_ASSIGN(const auto spaces, store.spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto journals, store.own_journals(space.name));
        for (const auto& journal : journals) life.written += journal.last;
    }
    return life;
}

bool agree(const std::optional<Life>& noted, const Life& current)
{
    return noted && noted->id != 0 && noted->id == current.id && noted->file == current.file &&
           noted->written <= current.written;
}

Result<void> settle_life(const Home& home, sync::store::ReplicaStore& store, const sync::ReplicaPorts& ports)
{
    INDABA_ASSIGN(const auto before, current(home, store));
    if (agree(noted(home), before)) return {};
    sync::StorageTransaction transaction(store);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto life, current(home, store));  // another process may have been faster
    const auto said = noted(home);
    if (agree(said, life)) return {};
    // Of a database that neither says anything about nothing is suspected.
    if (said || life.id != 0) INDABA_TRY(sync::leave_all_journals(ports));
    life.id = shared::draw64(ports.random);
    auto row = store.database().statement(
        "INSERT INTO meta(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    INDABA_TRY(row.bind_all(kKey, life.id).run());
    // Cut off between the two they disagree once more, which costs other new journals.
    INDABA_TRY(note(home, life));
    return transaction.commit();
}

}  // namespace

void check_life(const Home& home, sync::store::ReplicaStore& store, const sync::ReplicaPorts& ports)
{
    (void)settle_life(home, store, ports);
}

void note_written(const Home& home, sync::store::ReplicaStore& store)
{
    const auto life = current(home, store);
    const auto said = noted(home);
    if (life.has_error() || !agree(said, *life) || said->written == life->written) return;
    (void)note(home, *life);
}

}  // namespace indaba::client

#include "platform/sqlite_rows.hpp"

#include "platform/loose_page.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace indaba::platform {

namespace {

using shared::Errc;

constexpr std::size_t kReserved_at = 20;
constexpr std::size_t kFreeTrunk_at = 32;

/// The database page by page.
class LooseFile {
public:
    explicit LooseFile(Database& database) : database_(database) {}

    [[nodiscard]] Result<void> open()
    {
        INDABA_ASSIGN(auto first, bytes_of(1));
        if (!first)
            return shared::fail(Errc::corrupt,
                                database_.path() + ": its first page cannot be read, and without it nothing can");
        usable_ = first->size() - (*first)[kReserved_at];
        auto count = database_.prepare("SELECT max(pgno) FROM sqlite_dbpage");
        // Without a condition every page is visited, but none is read for its number.
        INDABA_ASSIGN(const bool found, count.step());
        pages_ = found ? std::uint64_t(count.int64(0)) : 0;
        return {};
    }

    /// Nothing if it cannot be read. Every page is asked for by a statement of its own, so that no error outlives it.
    [[nodiscard]] Result<std::optional<Bytes>> bytes_of(std::uint32_t number)
    {
        auto row = database_.prepare("SELECT data FROM sqlite_dbpage WHERE pgno = ?1");
        const auto found = row.bind_all(std::int64_t(number)).step();
        if (found.has_error() && found.error().code != Errc::corrupt && found.error().code != Errc::io)
            return found.error();
        if (found.has_error() || !*found || row.blob(0).size() < 512) return std::optional<Bytes>();
        return std::optional(Bytes(row.blob(0).begin(), row.blob(0).end()));
    }

    [[nodiscard]] Result<std::optional<LoosePage>> page(std::uint32_t number)
    {
        INDABA_ASSIGN(auto bytes, bytes_of(number));
        if (!bytes) return std::optional<LoosePage>();
        return std::optional(LoosePage(number, std::move(*bytes), usable_));
    }

    /// A row's whole encoding; nothing if a page of it cannot be read.
    [[nodiscard]] Result<std::optional<Bytes>> whole(const LooseCell& cell)
    {
        Bytes bytes(cell.local.begin(), cell.local.end());
        if (cell.size_bytes > pages_ * usable_) return std::optional<Bytes>();  // more than there is
        for (auto next = cell.overflow; bytes.size() < cell.size_bytes;) {
            if (next == 0) return std::optional<Bytes>();
            INDABA_ASSIGN(const auto more, page(next));
            if (!more) return std::optional<Bytes>();
            const auto size = std::min<std::size_t>(usable_ - 4, cell.size_bytes - bytes.size());
            bytes.insert(bytes.end(), more->bytes().begin() + 4, more->bytes().begin() + 4 + std::ptrdiff_t(size));
            next = more->word(0);
        }
        return std::optional(std::move(bytes));
    }

    [[nodiscard]] std::uint64_t pages() const { return pages_; }

private:
    Database& database_;
    std::size_t usable_ = 0;
    std::uint64_t pages_ = 0;
};

/// Which table every page belongs to, as far as that can be told; an index has an empty name and is passed over.
class Owners {
public:
    explicit Owners(LooseFile& file) : file_(file) {}

    [[nodiscard]] Result<void> find()
    {
        INDABA_TRY(descend(1, "sqlite_schema"));
        std::map<std::uint32_t, std::string> roots;
        for (const auto& [number, name] : std::map(owners_)) {
            INDABA_ASSIGN(const auto page, file_.page(number));
            if (page) INDABA_TRY(add_roots(*page, roots));
        }
        for (const auto& [root, name] : roots) INDABA_TRY(descend(root, name));
        return find_free();
    }

    [[nodiscard]] bool is_free(std::uint32_t page) const { return free_.contains(page); }
    /// Null: unknown.
    [[nodiscard]] const std::string* owner(std::uint32_t page) const
    {
        const auto place = owners_.find(page);
        return place == owners_.end() ? nullptr : &place->second;
    }

private:
    Result<void> add_roots(const LoosePage& page, std::map<std::uint32_t, std::string>& roots)
    {
        if (page.kind() != PageKind::table_leaf) return {};
        for (std::size_t i = 0; i < page.cells(); ++i) {
            const auto cell = page.cell(i);
            if (!cell) continue;
            INDABA_ASSIGN(const auto record, file_.whole(*cell));
            const auto values = record ? loose_values(*record) : std::nullopt;
            if (!values || values->size() != 5) continue;
            const auto* type = std::get_if<std::string>(&(*values)[0]);
            const auto* name = std::get_if<std::string>(&(*values)[1]);
            const auto* root = std::get_if<std::int64_t>(&(*values)[3]);
            if (type == nullptr || name == nullptr || root == nullptr || *root < 2) continue;
            roots[std::uint32_t(*root)] = *type == "table" ? *name : std::string();
        }
        return {};
    }

    Result<void> descend(std::uint32_t root, const std::string& name)
    {
        std::vector<std::uint32_t> open{root};
        while (!open.empty()) {
            const auto number = open.back();
            open.pop_back();
            if (number == 0 || number > file_.pages() || !owners_.emplace(number, name).second) continue;
            INDABA_ASSIGN(const auto page, file_.page(number));
            if (!page) continue;
            for (const auto child : page->children()) open.push_back(child);
        }
        return {};
    }

    /// What was deleted once.
    Result<void> find_free()
    {
        INDABA_ASSIGN(auto trunk, file_.page(1));
        std::set<std::uint32_t> trunks;
        for (auto number = trunk ? trunk->word(kFreeTrunk_at) : 0; number != 0 && trunks.insert(number).second;) {
            free_.insert(number);
            INDABA_ASSIGN(trunk, file_.page(number));
            if (!trunk) return {};
            const auto count = std::min<std::size_t>(trunk->word(4), trunk->bytes().size() / 4);
            for (std::size_t i = 0; i < count; ++i) free_.insert(trunk->word(8 + 4 * i));
            number = trunk->word(0);
        }
        return {};
    }

    LooseFile& file_;
    std::map<std::uint32_t, std::string> owners_;
    std::set<std::uint32_t> free_;
};

Result<void> visit_page(LooseFile& file, const LoosePage& page, const std::string* owner,
                        const std::function<void(LooseRow&&)>& visit)
{
    for (std::size_t i = 0; i < page.cells(); ++i) {
        const auto cell = page.cell(i);
        if (!cell) continue;
        INDABA_ASSIGN(const auto record, file.whole(*cell));
        auto values = record ? loose_values(*record) : std::nullopt;
        if (values) visit({owner != nullptr ? *owner : std::string(), cell->rowid, std::move(*values)});
    }
    return {};
}

}  // namespace

Result<LoosePages> each_loose_row(const DatabaseOptions& file, const std::function<void(LooseRow&&)>& visit)
{
    auto options = file;
    options.read_only = options.damaged = true;
    INDABA_ASSIGN(const auto database, Database::open(options));
    LooseFile loose(*database);
    INDABA_TRY(loose.open());
    Owners owners(loose);
    INDABA_TRY(owners.find());
    LoosePages pages{loose.pages(), 0};
    for (std::uint32_t number = 1; number <= loose.pages(); ++number) {
        if (owners.is_free(number)) continue;
        const auto* owner = owners.owner(number);
        INDABA_ASSIGN(const auto page, loose.page(number));
        if (!page) ++pages.unreadable;
        else if (owner == nullptr || !owner->empty()) INDABA_TRY(visit_page(loose, *page, owner, visit));
    }
    return pages;
}

}  // namespace indaba::platform

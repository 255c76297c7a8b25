#include "platform/loose_page.hpp"

#include <algorithm>
#include <bit>

namespace indaba::platform {

namespace {

constexpr std::size_t kFileHeader_bytes = 100;
/// SQLite takes no file with less room in a page.
constexpr std::size_t kLeastUsable_bytes = 480;

PageKind kind_of(std::uint8_t flag)
{
    switch (flag) {
        case 0x05: return PageKind::table_inner;
        case 0x0d: return PageKind::table_leaf;
        case 0x02: return PageKind::index_inner;
        case 0x0a: return PageKind::index_leaf;
        default: return PageKind::other;
    }
}

/// SQLite's numbers of up to nine bytes; fails once and for all at the end of what there is.
class Varints {
public:
    Varints(ByteView bytes, std::size_t at) : bytes_(bytes), at_(at) {}

    std::uint64_t next()
    {
        std::uint64_t value = 0;
        for (int i = 0; i < 9; ++i) {
            if (at_ >= bytes_.size()) {
                ok_ = false;
                return 0;
            }
            const auto byte = bytes_[at_++];
            if (i == 8) return value << 8 | byte;
            value = value << 7 | (byte & 0x7f);
            if ((byte & 0x80) == 0) break;
        }
        return value;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t at() const { return at_; }

private:
    ByteView bytes_;
    std::size_t at_;
    bool ok_ = true;
};

constexpr std::size_t kIntegerBytes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};

std::size_t size_of(std::uint64_t type)
{
    if (type < std::size(kIntegerBytes)) return kIntegerBytes[type];
    return std::size_t((type - 12) / 2);
}

LooseValue value_of(std::uint64_t type, ByteView bytes)
{
    if (type == 0) return {};
    if (type == 8 || type == 9) return std::int64_t(type - 8);
    if (type >= 12 && type % 2 == 0) return Bytes(bytes.begin(), bytes.end());
    if (type >= 13) return std::string(bytes.begin(), bytes.end());
    std::uint64_t number = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~std::uint64_t(0) : 0;
    for (const auto byte : bytes) number = number << 8 | byte;
    if (type == 7) return std::bit_cast<double>(number);
    return std::int64_t(number);
}

}  // namespace

std::optional<std::vector<LooseValue>> loose_values(ByteView record)
{
    Varints header(record, 0);
    const auto header_bytes = header.next();
    if (!header.ok() || header_bytes > record.size()) return std::nullopt;
    std::vector<LooseValue> values;
    auto at = std::size_t(header_bytes);
    while (header.at() < header_bytes) {
        const auto type = header.next();
        if (!header.ok() || type == 10 || type == 11) return std::nullopt;
        const auto size = size_of(type);
        if (size > record.size() - at || values.size() == kLooseValues) return std::nullopt;
        values.push_back(value_of(type, record.subspan(at, size)));
        at += size;
    }
    if (header.at() != header_bytes || at != record.size()) return std::nullopt;
    return values;
}

LoosePage::LoosePage(std::uint32_t number, Bytes bytes, std::size_t usable)
    : bytes_(std::move(bytes)), usable_(std::min(usable, bytes_.size())), header_(number == 1 ? kFileHeader_bytes : 0)
{
    if (usable_ < kLeastUsable_bytes) return;
    kind_ = kind_of(bytes_[header_]);
    if (kind_ != PageKind::other) count_ = std::size_t(bytes_[header_ + 3]) << 8 | bytes_[header_ + 4];
}

std::uint32_t LoosePage::word(std::size_t at) const
{
    if (at + 4 > bytes_.size()) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes_[at + i];
    return value;
}

/// Where a cell begins; beyond the page if there is none.
std::size_t LoosePage::pointer(std::size_t index) const
{
    const auto at = header_ + (is_inner() ? 12 : 8) + 2 * index;
    if (at + 2 > usable_) return usable_;
    return std::size_t(bytes_[at]) << 8 | bytes_[at + 1];
}

std::vector<std::uint32_t> LoosePage::children() const
{
    std::vector<std::uint32_t> pages;
    if (!is_inner()) return pages;
    for (std::size_t i = 0; i < count_; ++i)
        if (const auto at = pointer(i); at + 4 <= usable_) pages.push_back(word(at));
    pages.push_back(word(header_ + 8));
    return pages;
}

/// Of a row of so many bytes, how many lie in its own page.
std::size_t LoosePage::local_bytes(std::uint64_t size) const
{
    const auto least = (usable_ - 12) * 32 / 255 - 23;
    const auto most = kind_ == PageKind::table_leaf ? usable_ - 35 : (usable_ - 12) * 64 / 255 - 23;
    if (size <= most) return std::size_t(size);
    const auto fitting = least + std::size_t((size - least) % (usable_ - 4));
    return fitting <= most ? fitting : least;
}

std::size_t LoosePage::cells() const { return kind_ == PageKind::table_inner ? 0 : count_; }

std::optional<LooseCell> LoosePage::cell(std::size_t index) const
{
    const auto at = pointer(index);
    if (at >= usable_) return std::nullopt;
    Varints in(ByteView(bytes_).first(usable_), is_inner() ? at + 4 : at);
    LooseCell cell;
    cell.size_bytes = in.next();
    if (kind_ == PageKind::table_leaf) cell.rowid = std::int64_t(in.next());
    if (!in.ok()) return std::nullopt;
    const auto local = local_bytes(cell.size_bytes);
    const bool is_whole = local == cell.size_bytes;
    if (in.at() + local + (is_whole ? 0 : 4) > usable_) return std::nullopt;
    cell.local = ByteView(bytes_).subspan(in.at(), local);
    if (!is_whole) cell.overflow = word(in.at() + local);
    return cell;
}

}  // namespace indaba::platform

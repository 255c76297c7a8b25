#include "sync/store/searched_text.hpp"

#include "sync/merge.hpp"
#include "sync/store/fold_text.hpp"

#include <cstring>
#include <vector>

namespace indaba::sync::store {

namespace {

constexpr std::uint64_t kFingerprint = (std::uint64_t(1) << 48) - 1;

/// Puts the title mark before every word and appends the result.
void append_marked(std::string_view folded, std::string& out)
{
    bool between = true;
    for (const char c : folded) {
        const bool space = c == ' ' || c == '\n';
        if (between && !space) out.append(kTitleMark);
        between = space;
        out += c;
    }
}

}  // namespace

std::string searched_text(std::string_view type, const Cells& cells, const shared::Catalogue& catalogue)
{
    const auto* known = catalogue.type(type);
    std::vector<shared::CellView> titles;
    std::vector<shared::CellView> others;
    others.reserve(cells.size());
    for (const auto& cell : cells) {
        if (cell.key == shared::kExistence) continue;
        const auto* field = known == nullptr ? nullptr : known->field(cell.key);
        if (known != nullptr && (field == nullptr || !field->searched)) continue;
        const auto* leaf = shown(cell, field, shared::policy(known, cell.key));
        if (leaf == nullptr || leaf->value.is_absent()) continue;
        (field != nullptr && field->title ? titles : others).emplace_back(cell.key, &leaf->value);
    }
    std::string raw;
    catalogue.append_searched(type, titles, raw);
    std::string title;
    fold_text(raw, title, Words::apart);
    std::string text;
    append_marked(title, text);
    raw.clear();
    catalogue.append_searched(type, others, raw);
    fold_text(raw, text, Words::as_they_are);
    return text;
}

std::string folded_query(std::string_view text)
{
    std::string folded;
    fold_text(text, folded, Words::of_query);
    return folded;
}

std::uint64_t fingerprint(std::string_view text)
{
    if (text.empty()) return 0;
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;
    std::uint64_t hash = text.size() * kOdd;
    for (; text.size() >= 8; text.remove_prefix(8)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        hash = (hash ^ word) * kOdd;
        hash ^= hash >> 29;
    }
    for (const char c : text) hash = (hash ^ std::uint8_t(c)) * kOdd;
    hash = (hash ^ (hash >> 32)) & kFingerprint;
    return hash == 0 ? 1 : hash;
}

std::uint64_t searched_fields(const shared::Catalogue& catalogue)
{
    std::string fields;
    for (const auto& type : catalogue.types())
        for (const auto& field : type.fields)
            if (field.searched) fields.append(type.name).append(field.title ? "!" : ".").append(field.name) += ' ';
    return fingerprint(fields);
}

}  // namespace indaba::sync::store

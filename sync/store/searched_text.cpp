#include "sync/store/searched_text.hpp"

#include "sync/shown_values.hpp"
#include "sync/store/fold_text.hpp"

#include <cstring>

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
    std::string titles;
    std::string others;
    visit_shown(known, cells, [&](const std::string& key, const Value& value, const shared::Field* field) {
        shared::append_searched(known, field, key, value, field != nullptr && field->title ? titles : others);
    });
    std::string title;
    fold_text(titles, title, Words::apart);
    std::string text;
    append_marked(title, text);
    fold_text(others, text, Words::as_they_are);
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

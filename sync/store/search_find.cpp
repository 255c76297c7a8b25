#include "sync/store/search.hpp"
#include "sync/store/searched_text.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

/// Of a longer query the rest is not looked at: each word is a lookup, and nobody types so much.
constexpr std::size_t kQuery_bytes = 1024;
constexpr std::size_t kQueryWords = 24;

// In memory, for this connection alone. What is asked goes through the index's own tokenizer in search_words, so that
// the query language only ever sees what that made: tokens. Stale records are indexed in search_tail.
constexpr const char* kTemporary = R"sql(
CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5(text, content='', columnsize=0,
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab(temp, search_words, instance);
CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_tail USING fts5(text, content='', columnsize=0, detail=none,
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
INSERT INTO temp.search_words(search_words) VALUES('delete-all');
INSERT INTO temp.search_tail(search_tail) VALUES('delete-all');
)sql";

void append_word(std::string& expression, std::string_view mark, std::string_view word, bool beginning)
{
    expression.append("\"").append(mark).append(word).append(beginning ? "\" *" : "\"");
}

/// Every word quoted, the last and lonely Han as beginnings. A word of the tokenizer's holds no quote.
std::string match_expression(const std::vector<std::string>& words, bool only_titles)
{
    std::string expression;
    for (const auto& word : words) {
        const bool beginning = &word == &words.back() || is_single_han(word);
        if (!expression.empty()) expression += " AND ";
        expression += '(';
        append_word(expression, kTitleMark, word, beginning);
        if (!only_titles) {
            expression += " OR ";
            append_word(expression, {}, word, beginning);
        }
        expression += ')';
    }
    return expression;
}

}  // namespace

/// What was found so far, best first.
struct Search::Hits {
    std::unordered_set<std::int64_t> stale;
    std::size_t limit = 0;
    std::vector<std::int64_t> rids;
    std::unordered_set<std::int64_t> seen;

    [[nodiscard]] bool full() const { return rids.size() >= limit; }
};

Result<std::vector<std::string>> Search::words_of(std::string_view text)
{
    const auto folded = folded_query(text.substr(0, kQuery_bytes));
    INDABA_TRY(database_.statement("INSERT INTO search_words(rowid, text) VALUES (1, ?1)")
                   .bind_all(std::string_view(folded))
                   .run());
    std::vector<std::string> words;
    auto terms = database_.statement("SELECT term FROM search_terms ORDER BY offset LIMIT ?1");
    terms.bind_all(kQueryWords);
    while (true) {
        INDABA_ASSIGN(const bool row, terms.step());
        if (!row) return words;
        words.emplace_back(terms.text(0));
    }
}

Result<void> Search::index_tail(const std::unordered_set<std::int64_t>& stale)
{
    std::vector<std::int64_t> rids(stale.begin(), stale.end());
    std::ranges::sort(rids);
    for (const auto rid : rids) {
        INDABA_ASSIGN(const auto text, current_text(rid));
        if (text.empty()) continue;
        auto insert = database_.statement("INSERT INTO search_tail(rowid, text) VALUES (?1, ?2)");
        INDABA_TRY(insert.bind_all(rid, std::string_view(text)).run());
    }
    return {};
}

/// Adds the newest of those that match, stale rows by what they are now.
Result<void> Search::match(const std::string& expression, Hits& hits)
{
    std::vector<std::int64_t> found;
    auto indexed = database_.statement("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC");
    indexed.bind_all(std::string_view(expression));
    while (found.size() < hits.limit) {
        INDABA_ASSIGN(const bool row, indexed.step());
        if (!row) break;
        const auto rid = indexed.int64(0);
        if (!hits.stale.contains(rid) && !hits.seen.contains(rid)) found.push_back(rid);
    }
    indexed.reset();
    auto tail = database_.statement("SELECT rowid FROM search_tail WHERE search_tail MATCH ?1");
    tail.bind_all(std::string_view(expression));
    while (!hits.stale.empty()) {
        INDABA_ASSIGN(const bool row, tail.step());
        if (!row) break;
        if (!hits.seen.contains(tail.int64(0))) found.push_back(tail.int64(0));
    }
    std::ranges::sort(found, std::ranges::greater());
    for (const auto rid : found) {
        if (hits.full()) break;
        hits.rids.push_back(rid);
        hits.seen.insert(rid);
    }
    return {};
}

Result<std::vector<std::int64_t>> Search::find(std::string_view text, std::size_t limit)
{
    INDABA_TRY(database_.execute(kTemporary));
    INDABA_ASSIGN(const auto words, words_of(text));
    if (words.empty() || limit == 0) return std::vector<std::int64_t>();
    Hits hits;
    hits.limit = limit;
    INDABA_ASSIGN(hits.stale, stale());
    // What this transaction changed and has not written is stale as well.
    for (const auto& change : changes_) hits.stale.insert(change.rid);
    INDABA_TRY(index_tail(hits.stale));
    INDABA_TRY(match(match_expression(words, true), hits));
    if (!hits.full()) INDABA_TRY(match(match_expression(words, false), hits));
    return std::move(hits.rids);
}

}  // namespace indaba::sync::store

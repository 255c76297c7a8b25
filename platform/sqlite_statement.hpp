// One prepared SQL statement while it is being used: values in, rows out. Made by Database (sqlite.hpp), whose thread
// rule it shares. It goes back to its Database's cache, reset, at the end of its scope.
#pragma once

#include "shared/bytes.hpp"
#include "shared/result.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace indaba::platform {

using shared::Bytes;
using shared::ByteView;
using shared::Result;

class Database;

/// SQL text that lives as long as the program: implicitly made from string literals, and from nothing else.
struct Sql {
    const char* text;
    consteval Sql(const char* literal) : text(literal) {}
};

/// One prepared statement while it is being used. It goes back to its Database's cache, reset, at the end of its scope.
/// Errors in preparing or binding are kept and answered by step() and run().
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Parameters count from 1. Text and blobs are not copied: they must live until run() returned, or until the last
    /// step(). Bindings stay until they are bound anew, also over run() and reset().
    template <std::integral T>
    void bind(int index, T value)
    {
        bind_int64(index, static_cast<std::int64_t>(value));  // 64-bit unsigned: the same bits, read back by a cast
    }
    void bind(int index, double value);
    void bind(int index, std::string_view text);
    void bind(int index, const char* text) { bind(index, std::string_view(text)); }
    void bind(int index, ByteView blob);
    void bind(int index, std::string&& text) = delete;  // gone before the statement runs
    void bind(int index, Bytes&& blob) = delete;
    void bind(int index, std::nullptr_t);
    template <class T>
    void bind(int index, const std::optional<T>& value)
    {
        value ? bind(index, *value) : bind(index, nullptr);
    }

    /// Binds all parameters in order, beginning with 1.
    template <class... Values>
    Statement& bind_all(Values&&... values)
    {
        int index = 0;
        (bind(++index, std::forward<Values>(values)), ...);
        return *this;
    }

    /// True: there is a row. False: the end, and the statement is reset.
    [[nodiscard]] Result<bool> step();
    /// Steps to the end, discarding rows, and resets.
    [[nodiscard]] Result<void> run();
    /// Back to before the first row. Ends the read of a statement that was not stepped to its end.
    void reset();
    /// The last failure was a constraint (UNIQUE, NOT NULL, CHECK): Errc::rule_broken, and nothing is wrong with the
    /// file.
    [[nodiscard]] bool constraint_failed() const;

    /// Columns count from 0. Views hold until the next step() or reset(); NULL reads as 0 and empty.
    [[nodiscard]] std::int64_t int64(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] ByteView blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Database;
    struct Prepared;
    Statement(Database& database, Prepared& prepared, bool cached);
    void bind_int64(int index, std::int64_t value);
    void bound(int code);

    Database* database_;
    Prepared* prepared_;
    bool cached_;
};

}  // namespace indaba::platform

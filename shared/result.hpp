// Expected outcomes: a value, or an Error that a person can read. Bugs go to check.hpp instead.
// Foreign exceptions are turned into Errors at the wrappers in platform/ and never travel further.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace indaba::shared {

/// Closed: a switch over it has no default. The comment says what the receiver does about it.
enum class Errc : unsigned char {
    usage,          ///< the caller asked for something impossible: say how to ask
    not_found,      ///< no such record, space, file: name it
    malformed,      ///< bytes or text that break their format: reject, keep nothing
    too_large,      ///< over a limit of limits.hpp: reject before allocating
    rule_broken,    ///< a catalogue rule: name the field
    forbidden,      ///< known, but not allowed: role, space, lease
    untrusted,      ///< signature, certificate, fingerprint or hash does not hold
    unreachable,    ///< no connection: normal when offline
    timed_out,      ///< a deadline passed
    cancelled,      ///< the person or the shutdown stopped it
    busy,           ///< somebody else holds it: try again
    full,           ///< disk, queue or window is full: nothing was written
    io,             ///< the disk or the socket failed
    corrupt,        ///< our own stored bytes do not hold together: keep the file, say so
    unsupported,    ///< written by a newer program
};

struct Error {
    Errc code;
    std::string text;  ///< one line: what happened and what to do next; no secrets, no personal data

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// `.value()` on an error is a bug: boost::system::result finds this by argument-dependent lookup.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

[[nodiscard]] inline Error fail(Errc code, std::string text) { return Error{code, std::move(text)}; }

}  // namespace indaba::shared

#define INDABA_CONCAT_(a, b) a##b
#define INDABA_CONCAT(a, b) INDABA_CONCAT_(a, b)

/// `INDABA_TRY(expression)`: returns the error of a Result from the enclosing function, or goes on.
#define INDABA_TRY(...)                                                     \
    do {                                                                    \
        if (auto indaba_result = (__VA_ARGS__); indaba_result.has_error())  \
            return std::move(indaba_result).error();                        \
    } while (false)

/// `INDABA_ASSIGN(auto row, expression)`: the same, and binds the value.
#define INDABA_ASSIGN(target, ...)                                          \
    auto INDABA_CONCAT(indaba_result_, __LINE__) = (__VA_ARGS__);           \
    if (INDABA_CONCAT(indaba_result_, __LINE__).has_error())                \
        return std::move(INDABA_CONCAT(indaba_result_, __LINE__)).error();  \
    target = std::move(*INDABA_CONCAT(indaba_result_, __LINE__))

// A cell's value in its canonical encoding: one byte of kind, then the content. Two values are equal exactly if their
// bytes are. A value of a kind that this program does not know is kept and forwarded as it came. Immutable, any thread.
#pragma once

#include "shared/archive.hpp"
#include "shared/ids.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace indaba::shared {

enum class ValueKind : std::uint8_t {
    absent,
    text,
    integer,
    decimal,
    boolean,
    date,
    instant,
    code,
    reference,
    place,
    attachment
};

/// `units` times ten to the power of minus `scale`; canonical without trailing zeros. 217.5 is {2175, 1}.
struct Decimal {
    std::int64_t units = 0;
    std::uint8_t scale = 0;  ///< 0 to 18
};

/// Gregorian; a source may know only the year (month and day 0) or the month (day 0).
struct Date {
    std::int16_t year = 0;
    std::uint8_t month = 0;
    std::uint8_t day = 0;
};

/// A moment, with the offset from UTC of the place where it was noted (RFC 3339).
struct Instant {
    std::int64_t utc_ms = 0;
    std::int16_t offset_min = 0;
};

/// WGS 84, in units of 1e-7 degree.
struct Place {
    std::int32_t latitude = 0;
    std::int32_t longitude = 0;
};

struct Attachment {
    Hash hash;
    std::uint64_t size_bytes = 0;
    std::string_view media_type;  ///< RFC 6838, a view into the value
};

class Value {
public:
    Value() : bytes_(1, char(ValueKind::absent)) {}

    // Contents out of range are a bug of the caller: what comes from a person goes through parse_value.

    /// Empty text is absent: there is one way to say nothing.
    [[nodiscard]] static Value text(std::string_view text);
    [[nodiscard]] static Value code(std::string_view code);
    [[nodiscard]] static Value integer(std::int64_t number);
    [[nodiscard]] static Value decimal(Decimal number);
    [[nodiscard]] static Value boolean(bool flag);
    [[nodiscard]] static Value date(Date date);
    [[nodiscard]] static Value instant(Instant instant);
    [[nodiscard]] static Value reference(const RecordId& id);
    [[nodiscard]] static Value place(Place place);
    [[nodiscard]] static Value attachment(const Attachment& attachment);

    /// Takes an encoding from outside; malformed if it is of a known kind and not canonical, or over kValue_bytes.
    [[nodiscard]] static Result<Value> from_encoding(std::string_view bytes);
    /// True for what `from_encoding` takes.
    [[nodiscard]] static bool is_encoding(std::string_view bytes);
    /// Takes an encoding that this program has checked before (its own database).
    [[nodiscard]] static Value from_trusted(std::string_view bytes);
    [[nodiscard]] std::string_view encoding() const { return bytes_; }

    [[nodiscard]] ValueKind kind() const { return ValueKind(std::uint8_t(bytes_[0])); }
    [[nodiscard]] bool is_absent() const { return kind() == ValueKind::absent; }

    // Each is called for its own kind only (a different kind is a bug).
    [[nodiscard]] std::string_view as_text() const;  ///< text or code
    [[nodiscard]] std::int64_t as_integer() const;
    [[nodiscard]] Decimal as_decimal() const;
    [[nodiscard]] bool as_boolean() const;
    [[nodiscard]] Date as_date() const;
    [[nodiscard]] Instant as_instant() const;
    [[nodiscard]] RecordId as_reference() const;
    [[nodiscard]] Place as_place() const;
    [[nodiscard]] Attachment as_attachment() const;

    /// For people and scripts: dates and instants as in ISO 8601 / RFC 3339, decimals with a point, places as
    /// "lat,lon", attachments as "sha256:HEX SIZE TYPE", absent as nothing. A kind that is not known shows as "?".
    [[nodiscard]] std::string display() const;

    friend auto operator<=>(const Value&, const Value&) = default;

private:
    explicit Value(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string bytes_;
};

/// Two of one kind, both numbers, dates or moments: by size (a year comes before its months, a month before its days).
/// Any others by their encoding. Total, and equal exactly if the bytes are, for two values of one kind.
[[nodiscard]] std::strong_ordering compare(const Value& a, const Value& b);

/// Reads what `display` writes, for a field of that kind (empty text is absent); malformed says what form is expected.
[[nodiscard]] Result<Value> parse_value(ValueKind kind, std::string_view text);

inline void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const Value& value) { archive(value.encoding()); }
inline void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, Value& value)
{
    std::string_view bytes;
    archive(bytes);
    if (!Value::is_encoding(bytes)) return archive.fault("holds a value that is not canonical");
    if (archive.allow(heap_bytes(bytes.size()))) value = Value::from_trusted(bytes);
}

}  // namespace indaba::shared

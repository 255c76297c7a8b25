#include "shared/value.hpp"

#include "shared/check.hpp"
#include "shared/value_rules.hpp"

#include <bit>
#include <cstring>
#include <tuple>

namespace indaba::shared {

namespace {

static_assert(std::endian::native == std::endian::little, "the encoding is little-endian: swap in append and read");

template <class T>
void append(std::string& bytes, T number)
{
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof raw);
}

/// The number at `offset` of an encoding whose size was checked before.
template <class T>
T read(std::string_view bytes, std::size_t offset)
{
    T number;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

std::string begin(ValueKind kind) { return std::string(1, char(kind)); }

// Where the fields of each encoding stand, counted from its kind byte.
constexpr std::size_t kFirst = 1;
constexpr std::size_t kScale = kFirst + 8;
constexpr std::size_t kDecimalSize = kScale + 1;
constexpr std::size_t kMonth = kFirst + 2;
constexpr std::size_t kDay = kMonth + 1;
constexpr std::size_t kDateSize = kDay + 1;
constexpr std::size_t kOffset = kFirst + 8;
constexpr std::size_t kInstantSize = kOffset + 2;
constexpr std::size_t kLongitude = kFirst + 4;
constexpr std::size_t kPlaceSize = kLongitude + 4;
constexpr std::size_t kSize = kFirst + 32;
constexpr std::size_t kMediaType = kSize + 8;

Decimal read_decimal(std::string_view bytes)
{
    return {read<std::int64_t>(bytes, kFirst), read<std::uint8_t>(bytes, kScale)};
}

Date read_date(std::string_view bytes)
{
    return {read<std::int16_t>(bytes, kFirst), read<std::uint8_t>(bytes, kMonth), read<std::uint8_t>(bytes, kDay)};
}

Instant read_instant(std::string_view bytes)
{
    return {read<std::int64_t>(bytes, kFirst), read<std::int16_t>(bytes, kOffset)};
}

Place read_place(std::string_view bytes)
{
    return {read<std::int32_t>(bytes, kFirst), read<std::int32_t>(bytes, kLongitude)};
}

bool is_canonical(std::string_view bytes)
{
    if (bytes.empty() || bytes.size() > limits::kValue_bytes + 1) return false;
    switch (ValueKind(std::uint8_t(bytes[0]))) {
        case ValueKind::absent: return bytes.size() == 1;
        case ValueKind::text:
        case ValueKind::code: return bytes.size() > 1 && is_utf8(bytes.substr(1));
        case ValueKind::integer: return bytes.size() == kFirst + 8;
        case ValueKind::decimal: return bytes.size() == kDecimalSize && is_canonical(read_decimal(bytes));
        case ValueKind::boolean: return bytes.size() == 2 && (bytes[1] == 0 || bytes[1] == 1);
        case ValueKind::date: return bytes.size() == kDateSize && is_valid(read_date(bytes));
        case ValueKind::instant: return bytes.size() == kInstantSize && is_valid(read_instant(bytes));
        case ValueKind::reference: return bytes.size() == kFirst + 16;
        case ValueKind::place: return bytes.size() == kPlaceSize && is_valid(read_place(bytes));
        case ValueKind::attachment: return bytes.size() > kMediaType && is_media_type(bytes.substr(kMediaType));
    }
    return true;  // a newer program's kind
}

std::strong_ordering compare_decimals(Decimal a, Decimal b)
{
    // Truncated whole parts first: where they differ they decide, where not the fractions have 18 digits and fit.
    std::int64_t power_a = 1;
    std::int64_t power_b = 1;
    for (int i = 0; i < a.scale; ++i) power_a *= 10;
    for (int i = 0; i < b.scale; ++i) power_b *= 10;
    if (const auto order = a.units / power_a <=> b.units / power_b; order != 0) return order;
    constexpr std::int64_t kWhole = 1'000'000'000'000'000'000;
    return a.units % power_a * (kWhole / power_a) <=> b.units % power_b * (kWhole / power_b);
}

}  // namespace

Value Value::text(std::string_view text)
{
    if (text.empty()) return {};
    INDABA_CHECK(text.size() <= limits::kValue_bytes && is_utf8(text));
    return Value(begin(ValueKind::text).append(text));
}

Value Value::code(std::string_view code)
{
    if (code.empty()) return {};
    INDABA_CHECK(code.size() <= limits::kValue_bytes && is_utf8(code));
    return Value(begin(ValueKind::code).append(code));
}

Value Value::integer(std::int64_t number)
{
    auto bytes = begin(ValueKind::integer);
    append(bytes, number);
    return Value(std::move(bytes));
}

Value Value::decimal(Decimal number)
{
    while (number.scale > 0 && number.units % 10 == 0) {
        number.units /= 10;
        --number.scale;
    }
    INDABA_CHECK(is_canonical(number));
    auto bytes = begin(ValueKind::decimal);
    append(bytes, number.units);
    append(bytes, number.scale);
    return Value(std::move(bytes));
}

Value Value::boolean(bool flag) { return Value(begin(ValueKind::boolean).append(1, flag ? 1 : 0)); }

Value Value::date(Date date)
{
    INDABA_CHECK(is_valid(date));
    auto bytes = begin(ValueKind::date);
    append(bytes, date.year);
    append(bytes, date.month);
    append(bytes, date.day);
    return Value(std::move(bytes));
}

Value Value::instant(Instant instant)
{
    INDABA_CHECK(is_valid(instant));
    auto bytes = begin(ValueKind::instant);
    append(bytes, instant.utc_ms);
    append(bytes, instant.offset_min);
    return Value(std::move(bytes));
}

Value Value::reference(const RecordId& id)
{
    return Value(begin(ValueKind::reference).append(shared::as_text(id.bytes)));
}

Value Value::place(Place place)
{
    INDABA_CHECK(is_valid(place));
    auto bytes = begin(ValueKind::place);
    append(bytes, place.latitude);
    append(bytes, place.longitude);
    return Value(std::move(bytes));
}

Value Value::attachment(const Attachment& attachment)
{
    INDABA_CHECK(is_media_type(attachment.media_type));
    auto bytes = begin(ValueKind::attachment).append(shared::as_text(attachment.hash.bytes));
    append(bytes, attachment.size_bytes);
    return Value(bytes.append(attachment.media_type));
}

Result<Value> Value::from_encoding(std::string_view bytes)
{
    if (!is_canonical(bytes)) return fail(Errc::malformed, "not the canonical encoding of a value");
    return Value(std::string(bytes));
}

bool Value::is_encoding(std::string_view bytes) { return is_canonical(bytes); }

Value Value::from_trusted(std::string_view bytes)
{
    INDABA_CHECK(!bytes.empty());
    return Value(std::string(bytes));
}

std::string_view Value::as_text() const
{
    INDABA_CHECK(kind() == ValueKind::text || kind() == ValueKind::code);
    return encoding().substr(1);
}

std::int64_t Value::as_integer() const
{
    INDABA_CHECK(kind() == ValueKind::integer);
    return read<std::int64_t>(bytes_, kFirst);
}

Decimal Value::as_decimal() const
{
    INDABA_CHECK(kind() == ValueKind::decimal);
    return read_decimal(bytes_);
}

bool Value::as_boolean() const
{
    INDABA_CHECK(kind() == ValueKind::boolean);
    return bytes_[1] == 1;
}

Date Value::as_date() const
{
    INDABA_CHECK(kind() == ValueKind::date);
    return read_date(bytes_);
}

Instant Value::as_instant() const
{
    INDABA_CHECK(kind() == ValueKind::instant);
    return read_instant(bytes_);
}

RecordId Value::as_reference() const
{
    INDABA_CHECK(kind() == ValueKind::reference);
    RecordId id;
    std::memcpy(id.bytes.data(), bytes_.data() + kFirst, id.bytes.size());
    return id;
}

Place Value::as_place() const
{
    INDABA_CHECK(kind() == ValueKind::place);
    return read_place(bytes_);
}

Attachment Value::as_attachment() const
{
    INDABA_CHECK(kind() == ValueKind::attachment);
    Attachment attachment;
    std::memcpy(attachment.hash.bytes.data(), bytes_.data() + kFirst, attachment.hash.bytes.size());
    attachment.size_bytes = read<std::uint64_t>(bytes_, kSize);
    attachment.media_type = encoding().substr(kMediaType);
    return attachment;
}

std::strong_ordering compare(const Value& a, const Value& b)
{
    if (a.kind() != b.kind()) return a.encoding() <=> b.encoding();
    switch (a.kind()) {
        case ValueKind::integer: return a.as_integer() <=> b.as_integer();
        case ValueKind::decimal: return compare_decimals(a.as_decimal(), b.as_decimal());
        case ValueKind::date: {
            const auto [year_a, month_a, day_a] = a.as_date();
            const auto [year_b, month_b, day_b] = b.as_date();
            return std::tie(year_a, month_a, day_a) <=> std::tie(year_b, month_b, day_b);
        }
        case ValueKind::instant:
            if (const auto order = a.as_instant().utc_ms <=> b.as_instant().utc_ms; order != 0) return order;
            return a.as_instant().offset_min <=> b.as_instant().offset_min;
        case ValueKind::absent:
        case ValueKind::text:
        case ValueKind::boolean:
        case ValueKind::code:
        case ValueKind::reference:
        case ValueKind::place:
        case ValueKind::attachment: break;
    }
    return a.encoding() <=> b.encoding();
}

}  // namespace indaba::shared

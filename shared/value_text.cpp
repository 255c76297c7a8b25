// Values as people read and type them: Value::display and parse_value.
#include "shared/value.hpp"
#include "shared/value_rules.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

namespace indaba::shared {

namespace {

std::string padded(std::int64_t number, std::size_t width)
{
    auto digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

std::string show(Decimal number)
{
    const bool negative = number.units < 0;
    const auto magnitude = negative ? ~std::uint64_t(number.units) + 1 : std::uint64_t(number.units);
    auto digits = std::to_string(magnitude);
    if (number.scale > 0) {
        if (digits.size() <= number.scale) digits.insert(0, number.scale + 1 - digits.size(), '0');
        digits.insert(digits.size() - number.scale, ".");
    }
    return negative ? "-" + digits : digits;
}

std::string show(Date date)
{
    auto text = padded(date.year, 4);
    if (date.month != 0) text += "-" + padded(date.month, 2);
    if (date.day != 0) text += "-" + padded(date.day, 2);
    return text;
}

std::string show(Instant instant)
{
    const auto local = std::chrono::sys_time<std::chrono::milliseconds>(
        std::chrono::milliseconds(instant.utc_ms + instant.offset_min * kMinute_ms));
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day day(midnight);
    const auto in_day_ms = (local - midnight).count();
    auto text = padded(int(day.year()), 4) + "-" + padded(unsigned(day.month()), 2) + "-" +
                padded(unsigned(day.day()), 2) + "T" + padded(in_day_ms / 3'600'000, 2) + ":" +
                padded(in_day_ms / 60'000 % 60, 2) + ":" + padded(in_day_ms / 1'000 % 60, 2);
    if (in_day_ms % 1'000 != 0) text += "." + padded(in_day_ms % 1'000, 3);
    if (instant.offset_min == 0) return text + "Z";
    const int offset_min = std::abs(int(instant.offset_min));
    return text + (instant.offset_min < 0 ? "-" : "+") + padded(offset_min / 60, 2) + ":" + padded(offset_min % 60, 2);
}

std::string show(Place place)
{
    const auto degrees = [](std::int32_t units) { return Value::decimal({units, 7}).display(); };
    return degrees(place.latitude) + "," + degrees(place.longitude);
}

std::string show(const Attachment& attachment)
{
    return "sha256:" + to_hex(attachment.hash.bytes) + " " + std::to_string(attachment.size_bytes) + " " +
           std::string(attachment.media_type);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the front of a text; after the first thing that is not there, nothing more is read.
class Reader {
public:
    explicit Reader(std::string_view rest) : rest_(rest) {}

    [[nodiscard]] bool at(char c) const { return ok_ && !rest_.empty() && rest_[0] == c; }
    [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
    [[nodiscard]] bool ok() const { return ok_; }

    bool skip(std::string_view any)
    {
        if (!ok_ || rest_.empty() || any.find(rest_[0]) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view any) { ok_ = skip(any); }

    int digits(std::size_t count)
    {
        ok_ = ok_ && rest_.size() >= count && std::ranges::all_of(rest_.substr(0, count), is_digit);
        if (!ok_) return 0;
        int number = 0;
        for (const char c : rest_.substr(0, count)) number = number * 10 + (c - '0');
        rest_.remove_prefix(count);
        return number;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

template <class T>
bool read_number(std::string_view text, T& number)
{
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end;
}

bool read_decimal(std::string_view text, Decimal& number)
{
    const auto point = text.find('.');
    auto fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (point != std::string_view::npos && (fraction.empty() || !std::ranges::all_of(fraction, is_digit))) return false;
    while (fraction.ends_with('0')) fraction.remove_suffix(1);
    const auto whole = text.substr(0, point);
    if (fraction.size() > kLargestScale || whole.empty() || !is_digit(whole.back())) return false;
    number.scale = std::uint8_t(fraction.size());
    return read_number(std::string(whole).append(fraction), number.units);
}

bool read_date(std::string_view text, Date& date)
{
    Reader reader(text);
    date.year = std::int16_t(reader.digits(4));
    if (reader.skip("-")) date.month = std::uint8_t(reader.digits(2));
    const bool has_month = date.month != 0;
    if (text.size() > 4 && !has_month) return false;
    if (reader.skip("-")) {
        date.day = std::uint8_t(reader.digits(2));
        if (date.day == 0) return false;
    }
    return reader.done() && is_valid(date);
}

std::int64_t read_fraction_ms(Reader& reader)
{
    std::int64_t ms = 0;
    std::int64_t unit = 100;
    do {
        ms += reader.digits(1) * unit;
        unit /= 10;
    } while (reader.ok() && !reader.done() && !reader.at('Z') && !reader.at('z') && !reader.at('+') && !reader.at('-'));
    return ms;
}

bool read_instant(std::string_view text, Instant& instant)
{
    Date date;
    if (text.size() < 10 || !read_date(text.substr(0, 10), date)) return false;
    Reader reader(text.substr(10));
    reader.expect("Tt ");
    const int hour = reader.digits(2);
    reader.expect(":");
    const int minute = reader.digits(2);
    const int second = reader.skip(":") ? reader.digits(2) : 0;
    const auto fraction_ms = reader.skip(".") ? read_fraction_ms(reader) : 0;
    if (!reader.skip("Zz")) {
        const int sign = reader.at('-') ? -1 : 1;
        reader.expect("+-");
        const int offset_h = reader.digits(2);
        reader.expect(":");
        const int offset_rest_min = reader.digits(2);
        if (offset_rest_min > 59) return false;
        instant.offset_min = std::int16_t(sign * (offset_h * 60 + offset_rest_min));
    }
    if (!reader.done() || hour > 23 || minute > 59 || second > 59) return false;
    instant.utc_ms = midnight_ms(date) + ((hour * 60 + minute) * 60 + second) * std::int64_t(1000) + fraction_ms -
                     instant.offset_min * kMinute_ms;
    return is_valid(instant);
}

bool read_degrees(std::string_view text, std::int32_t& units)
{
    constexpr std::int64_t kHalfTurn = 180LL * kDegree;
    const auto in_range = [](std::int64_t number) { return number >= -kHalfTurn && number <= kHalfTurn; };
    Decimal degrees;
    if (!read_decimal(text, degrees) || degrees.scale > 7 || !in_range(degrees.units)) return false;
    for (; degrees.scale < 7; ++degrees.scale) degrees.units *= 10;
    if (!in_range(degrees.units)) return false;
    units = std::int32_t(degrees.units);
    return true;
}

bool read_place(std::string_view text, Place& place)
{
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return false;
    auto second = text.substr(comma + 1);
    if (second.starts_with(' ')) second.remove_prefix(1);
    return read_degrees(text.substr(0, comma), place.latitude) && read_degrees(second, place.longitude) &&
           is_valid(place);
}

bool read_attachment(std::string_view text, Attachment& attachment)
{
    constexpr std::string_view kPrefix = "sha256:";
    if (!text.starts_with(kPrefix)) return false;
    text.remove_prefix(kPrefix.size());
    const auto first = text.find(' ');
    const auto second = first == std::string_view::npos ? first : text.find(' ', first + 1);
    if (second == std::string_view::npos) return false;
    const auto hash = from_hex(text.substr(0, first));
    if (hash.has_error() || hash->size() != attachment.hash.bytes.size()) return false;
    std::ranges::copy(*hash, attachment.hash.bytes.begin());
    attachment.media_type = text.substr(second + 1);
    return read_number(text.substr(first + 1, second - first - 1), attachment.size_bytes) &&
           is_media_type(attachment.media_type);
}

/// `text` read by `read_one`, then made a Value by `make`.
template <class T, class Read, class Make>
Result<Value> parsed(std::string_view text, Read read_one, Make make, const char* expected)
{
    T content{};
    if (!read_one(text, content)) return fail(Errc::malformed, expected);
    return make(content);
}

Result<Value> parse_text(std::string_view text, Value (*make)(std::string_view))
{
    if (text.size() > limits::kValue_bytes)
        return fail(Errc::too_large, "longer than " + std::to_string(limits::kValue_bytes / 1024) + " KiB of text");
    if (!is_utf8(text)) return fail(Errc::malformed, "not UTF-8 text: save it as UTF-8 and try again");
    return make(text);
}

Result<Value> parse_boolean(std::string_view text)
{
    if (text == "true" || text == "yes" || text == "1") return Value::boolean(true);
    if (text == "false" || text == "no" || text == "0") return Value::boolean(false);
    return fail(Errc::malformed, "expected true or false");
}

}  // namespace

std::string Value::display() const
{
    switch (kind()) {
        case ValueKind::absent: return {};
        case ValueKind::text:
        case ValueKind::code: return std::string(as_text());
        case ValueKind::integer: return std::to_string(as_integer());
        case ValueKind::decimal: return show(as_decimal());
        case ValueKind::boolean: return as_boolean() ? "true" : "false";
        case ValueKind::date: return show(as_date());
        case ValueKind::instant: return show(as_instant());
        case ValueKind::reference: return as_reference().text();
        case ValueKind::place: return show(as_place());
        case ValueKind::attachment: return show(as_attachment());
    }
    return "?";
}

Result<Value> parse_value(ValueKind kind, std::string_view text)
{
    if (text.empty()) return Value();
    switch (kind) {
        case ValueKind::absent: return fail(Errc::malformed, "expected nothing");
        case ValueKind::text: return parse_text(text, &Value::text);
        case ValueKind::code: return parse_text(text, &Value::code);
        case ValueKind::integer:
            return parsed<std::int64_t>(text, read_number<std::int64_t>, Value::integer,
                                        "expected a whole number like 42");
        case ValueKind::decimal:
            return parsed<Decimal>(text, read_decimal, Value::decimal, "expected a number like 217.5");
        case ValueKind::boolean: return parse_boolean(text);
        case ValueKind::date:
            return parsed<Date>(text, read_date, Value::date, "expected a date like 2026-08-24, 2026-08 or 2026");
        case ValueKind::instant:
            return parsed<Instant>(text, read_instant, Value::instant,
                                   "expected a time with its offset like 2026-08-24T09:30:00+08:00");
        case ValueKind::reference: {
            INDABA_ASSIGN(const auto id, RecordId::parse(text));
            return Value::reference(id);
        }
        case ValueKind::place:
            return parsed<Place>(text, read_place, Value::place, "expected latitude,longitude like 30.2741,120.1551");
        case ValueKind::attachment:
            return parsed<Attachment>(text, read_attachment, Value::attachment,
                                      "expected an attachment like sha256:HEX 1024 image/png");
    }
    return fail(Errc::unsupported, "a newer program's kind of value: update this one to change it");
}

}  // namespace indaba::shared

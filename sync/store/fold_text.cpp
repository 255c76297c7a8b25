#include "sync/store/fold_text.hpp"

#include "sync/store/searched_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace indaba::sync::store {

namespace {

using Point = char32_t;

constexpr Point kNothing = 0;  // U+0000 is in no text

/// Takes the next code point; nothing for a byte that begins none.
Point take(std::string_view& text)
{
    const auto byte = [&](std::size_t i) { return Point(std::uint8_t(text[i])); };
    const Point lead = byte(0);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
    Point point = size == 1 ? lead : lead & (0x7fu >> size);
    bool whole = size != 0 && size <= text.size();
    for (std::size_t i = 1; whole && i < size; ++i) {
        whole = (byte(i) & 0xc0) == 0x80;
        point = point << 6 | (byte(i) & 0x3f);
    }
    text.remove_prefix(whole ? size : 1);
    return whole ? point : kNothing;
}

void put(Point point, std::string& out)
{
    const auto tail = [&](int shift) { out += char(0x80 | (point >> shift & 0x3f)); };
    if (point < 0x80) {
        out += char(point);
    } else if (point < 0x800) {
        out += char(0xc0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        out += char(0xe0 | point >> 12);
        tail(6);
        tail(0);
    } else {
        out += char(0xf0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

constexpr bool within(Point point, Point first, Point last) { return point >= first && point <= last; }

/// Written without spaces between words: Han, kana, bopomofo.
bool is_han(Point p)
{
    if (p < 0x2e80) return false;
    return within(p, 0x4e00, 0x9fff) || within(p, 0x3041, 0x30fa) || within(p, 0x30fc, 0x30ff) ||
           within(p, 0x3400, 0x4dbf) || within(p, 0x2e80, 0x2fdf) || within(p, 0x3005, 0x3007) ||
           within(p, 0x3105, 0x312f) || within(p, 0x31a0, 0x31ff) || within(p, 0xf900, 0xfaff) ||
           within(p, 0xff66, 0xff9f) || within(p, 0x20000, 0x3ffff);
}

/// What stands between words outside of ASCII. Only words of titles depend on it: the index's tokenizer knows them all.
bool is_separator(Point p)
{
    if (p < 0x80) return !within(p, '0', '9') && !within(p, 'a', 'z') && !within(p, 'A', 'Z');
    return within(p, 0xa0, 0xa9) || within(p, 0xab, 0xb1) || p == 0xb4 || within(p, 0xb6, 0xb8) || p == 0xbb ||
           p == 0xbf || p == 0xd7 || p == 0xf7 || p == 0x060c || p == 0x061b || p == 0x061f || p == 0x06d4 ||
           within(p, 0x0964, 0x0965) || within(p, 0x1361, 0x1368) || within(p, 0x2000, 0x206f) ||
           within(p, 0x3000, 0x3003) || within(p, 0x3008, 0x3020) || p == 0x30fb || within(p, 0xfe30, 0xfe6f) ||
           within(p, 0xff01, 0xff0f) || within(p, 0xff1a, 0xff20);
}

/// Left out wherever they stand: what joins or vocalises letters, and our own mark.
bool is_dropped(Point p)
{
    return p == 0xad || within(p, 0x200b, 0x200f) || p == 0x2060 || p == 0xfeff || p == 0x0640 ||
           within(p, 0x064b, 0x065f) || p == 0x0670 || p == 0x093c || within(p, 0x05b0, 0x05bc) || p == 0xe000;
}

struct Fold {
    Point from;
    Point to;
};

/// One letter for several spellings. Ordered by `from`.
constexpr std::array kFolds{Fold{0x0401, 0x0415}, Fold{0x0451, 0x0435},  // Ё as Е
                            Fold{0x0622, 0x0627}, Fold{0x0623, 0x0627}, Fold{0x0625, 0x0627},  // alef with its hats
                            Fold{0x0629, 0x0647},  // teh marbuta as heh
                            Fold{0x0643, 0x06a9}, Fold{0x0649, 0x06cc}, Fold{0x064a, 0x06cc},
                            Fold{0x0671, 0x0627},  // Arabic kaf and yeh as Persian ones
                            Fold{0x06c0, 0x0647}, Fold{0x06c1, 0x0647}, Fold{0x06d5, 0x0647},  // Urdu and Persian heh
                            Fold{0x0929, 0x0928}, Fold{0x0931, 0x0930}, Fold{0x0934, 0x0933},
                            Fold{0x0958, 0x0915},  // Devanagari with nukta
                            Fold{0x0959, 0x0916}, Fold{0x095a, 0x0917}, Fold{0x095b, 0x091c},
                            Fold{0x095c, 0x0921}, Fold{0x095d, 0x0922}, Fold{0x095e, 0x092b},
                            Fold{0x095f, 0x092f}};

Point folded(Point p)
{
    if (p < 0x0401) return p;
    if (within(p, 0x0660, 0x0669)) return '0' + (p - 0x0660);
    if (within(p, 0x06f0, 0x06f9)) return '0' + (p - 0x06f0);
    if (within(p, 0x0966, 0x096f)) return '0' + (p - 0x0966);
    if (within(p, 0xff10, 0xff19) || within(p, 0xff21, 0xff3a) || within(p, 0xff41, 0xff5a))
        return p - 0xfee0;  // fullwidth
    if (p > 0x095f) return p;
    const auto place = std::ranges::lower_bound(kFolds, p, {}, &Fold::from);
    return place != kFolds.end() && place->from == p ? place->to : p;
}

class Folder {
public:
    Folder(std::string& out, Words words) : out_(out), words_(words) {}

    void fold(std::string_view text)
    {
        while (!text.empty()) {
            const auto plain =
                std::size_t(std::ranges::find_if(text, [](char c) { return std::uint8_t(c) >= 0x80; }) - text.begin());
            if (plain > 0) {
                put_ascii(text.substr(0, plain));
                text.remove_prefix(plain);
                continue;
            }
            const Point point = take(text);
            if (point == kNothing || is_dropped(point)) continue;
            if (is_han(point)) put_han(point);
            else put_letter(folded(point));
        }
        end_run();
    }

private:
    void put_ascii(std::string_view text)
    {
        end_run();
        if (words_ != Words::apart) {
            out_.append(text);
            return;
        }
        for (const char c : text) out_ += is_separator(Point(c)) && c != '\n' ? ' ' : c;
    }

    void put_letter(Point point)
    {
        end_run();
        if (words_ == Words::apart && is_separator(point)) out_ += ' ';
        else put(point, out_);
    }

    void put_han(Point point)
    {
        if (run_ == 0) {
            out_ += ' ';
        } else {
            put(last_, out_);
            put(point, out_);
            out_ += ' ';
        }
        last_ = point;
        ++run_;
    }

    /// The last of a run begins no pair: it stands alone, so that a search for one character finds every place.
    void end_run()
    {
        if (run_ == 0) return;
        if (run_ == 1 || words_ != Words::of_query) {
            put(last_, out_);
            out_ += ' ';
        }
        run_ = 0;
    }

    std::string& out_;
    Words words_;
    std::size_t run_ = 0;  ///< length of the run of Han so far
    Point last_ = kNothing;
};

}  // namespace

void fold_text(std::string_view text, std::string& out, Words words) { Folder(out, words).fold(text); }

bool is_single_han(std::string_view word)
{
    if (word.starts_with(kTitleMark)) word.remove_prefix(kTitleMark.size());
    if (word.empty()) return false;
    const Point point = take(word);
    return word.empty() && is_han(point);
}

}  // namespace indaba::sync::store

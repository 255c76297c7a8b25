#include "server/invitation.hpp"

#include "shared/bytes.hpp"

#include <array>

namespace indaba::server {

namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford: no I, L, O, U
constexpr std::size_t kCode_characters = 26;
constexpr std::size_t kTyped_characters = 100;

char normal_digit(char c)
{
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
    if (c == 'O') return '0';
    if (c == 'I' || c == 'L') return '1';
    return c;
}

}  // namespace

std::string Invitation::text() const
{
    return "indaba:" + address.text() + "/" + shared::to_hex(authority.bytes) + "/" + code;
}

std::string make_code(shared::Random& random)
{
    std::array<std::uint8_t, kCode_characters> bytes{};
    random.fill(bytes);
    std::string code;
    for (const auto byte : bytes) code += kDigits[byte & 31];  // 256 is a multiple of 32: every digit is as likely
    return code;
}

shared::Result<std::string> normal_code(std::string_view typed)
{
    const auto wrong =
        shared::fail(shared::Errc::malformed, "this is not an invitation's code: copy the whole line again");
    if (typed.size() > kTyped_characters) return wrong;
    std::string code;
    for (const char c : typed) {
        if (c == '-' || c == ' ') continue;
        code += normal_digit(c);
        if (kDigits.find(code.back()) == kDigits.npos) return wrong;
    }
    if (code.size() != kCode_characters) return wrong;
    return code;
}

}  // namespace indaba::server

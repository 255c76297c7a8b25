// A person's quota as operators read it, in lists and answers. Plain functions, any thread.
#pragma once

#include "sync/quotas.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace indaba::server {

/// What an operator's MB is.
inline constexpr std::uint64_t kMegabyte = 1'000'000;

[[nodiscard]] std::string words_of(const sync::Allowance& allowance);
[[nodiscard]] boost::json::object json_of(const sync::Allowance& allowance);

}  // namespace indaba::server

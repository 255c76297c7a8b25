#include "server/erasure_file.hpp"

#include "server/kept_lines.hpp"
#include "shared/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;
using sync::Erasure;

std::string line_of(const Erasure& order)
{
    return fmt::format("{} {} {}\n", order.record.text(), order.ordered_ms, shared::to_hex(order.signature.bytes));
}

std::optional<Erasure> order_in(const std::string& line)
{
    std::istringstream words(line);
    std::string record;
    std::string signature;
    Erasure order;
    if (!(words >> record >> order.ordered_ms >> signature)) return std::nullopt;
    const auto id = shared::RecordId::parse(record);
    const auto bytes = shared::from_hex(signature);
    if (id.has_error() || bytes.has_error() || bytes->size() != order.signature.bytes.size()) return std::nullopt;
    order.record = *id;
    std::ranges::copy(*bytes, order.signature.bytes.begin());
    return order;
}

Result<std::vector<Erasure>> read_orders(const std::string& path)
{
    std::vector<Erasure> orders;
    INDABA_TRY(each_kept_line(path, "an order to erase", [&](const std::string& line) {
        const auto order = order_in(line);
        if (order) orders.push_back(*order);
        return order.has_value();
    }));
    return orders;
}

}  // namespace

Result<void> require_orders(const DataDirectory& directory)
{
    INDABA_TRY(read_orders(directory.file(DataDirectory::kErasures)));
    return {};
}

Result<void> settle_erasures(const DataDirectory& directory, sync::Centre& centre)
{
    const auto path = directory.file(DataDirectory::kErasures);
    INDABA_ASSIGN(const auto lock, lock_kept_lines(directory));
    INDABA_ASSIGN(const auto kept, read_orders(path));
    if (auto done = centre.take_erasures(kept); done.has_error() && done.error().code == Errc::untrusted)
        return fail(Errc::untrusted, fmt::format("{} holds orders of another centre: move it away", path));
    else INDABA_TRY(done);
    std::set<shared::RecordId> in_file;
    for (const auto& order : kept) in_file.insert(order.record);
    std::string text;
    std::size_t known = 0;
    INDABA_TRY(centre.storage().each_erasure(0, [&](Erasure&& order) {
        text += line_of(order);
        ++known;
        return true;
    }));
    return known == in_file.size() ? Result<void>() : platform::write_private_file(path, shared::as_bytes(text));
}

}  // namespace indaba::server

#include "server/commands.hpp"
#include "server/erasure_file.hpp"
#include "server/ledger.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace indaba::server {

namespace {

namespace json = boost::json;

/// What devices have said of the centre's orders: each with the first number that it has carried out at that time.
struct Confirmations {
    std::vector<Device> devices;
    std::vector<Registry::ErasedReceipt> receipts;  ///< ordered by number

    [[nodiscard]] const Registry::ErasedReceipt* of(const Device& device, std::uint64_t number) const
    {
        for (const auto& receipt : receipts)
            if (receipt.device == device.id && receipt.through >= number) return &receipt;
        return nullptr;
    }
};

struct Outstanding {
    json::array confirmed;
    json::array unconfirmed;
    std::string names;  ///< of those that have not confirmed
    std::size_t count = 0;
};

/// Of all devices that were ever in contact: who enrolled after the order may have held it before, under another key.
Outstanding outstanding(const Confirmations& all, std::uint64_t number)
{
    Outstanding found;
    for (const auto& device : all.devices) {
        json::object who{
            {"device", shared::to_hex(device.id.hash.bytes)}, {"person", device.person_name}, {"name", device.name}};
        if (const auto* receipt = all.of(device, number)) {
            who["at"] = time_of(receipt->confirmed_ms);
            found.confirmed.push_back(std::move(who));
            continue;
        }
        if (device.last_contact_ms == 0) continue;
        who["revoked"] = device.revoked_ms != 0;
        found.unconfirmed.push_back(std::move(who));
        found.names += fmt::format("{}'{}' of {}{}", found.count++ == 0 ? "" : ", ", device.name, device.person_name,
                                   device.revoked_ms == 0 ? "" : " (revoked: out of reach)");
    }
    return found;
}

std::string text_of(const Outstanding& devices)
{
    if (devices.count == 0) return "every device has confirmed";
    return fmt::format("{} device{} still to confirm: {}", devices.count, devices.count == 1 ? " has" : "s have",
                       devices.names);
}

Result<Confirmations> confirmations(Ledger& ledger)
{
    Confirmations all;
    INDABA_ASSIGN(all.devices, ledger.registry().devices());
    INDABA_ASSIGN(all.receipts, ledger.registry().erased_receipts());
    return all;
}

struct Order {
    std::uint64_t number = 0;
    sync::Erasure erasure;
};

Result<std::vector<Order>> orders_of(Ledger& ledger)
{
    std::vector<Order> orders;
    INDABA_TRY(ledger.store().each_erasure(0, [&](sync::Erasure&& erasure) {
        orders.push_back({orders.size() + 1, erasure});
        return true;
    }));
    return orders;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many)
{
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Each once.
Result<std::vector<shared::RecordId>> ids_in(const std::vector<std::string>& words)
{
    std::vector<shared::RecordId> ids;
    for (const auto& word : words) {
        INDABA_ASSIGN(const auto id, shared::RecordId::parse(word));
        if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
    return ids;
}

json::object json_of(const Order& order, Outstanding&& devices)
{
    return {{"record", order.erasure.record.text()},
            {"ordered_at", time_of(order.erasure.ordered_ms)},
            {"confirmed", std::move(devices.confirmed)},
            {"unconfirmed", std::move(devices.unconfirmed)}};
}

struct Ordered {
    std::vector<Order> orders;  ///< of what was named, in that order
    std::size_t fresh = 0;  ///< ordered just now
    std::string text_before;  ///< about those that were erased before, a line each
};

Ordered ordered(const std::vector<shared::RecordId>& ids, const std::vector<Order>& all, std::size_t before)
{
    Ordered found;
    for (const auto& id : ids) {
        const auto order = std::ranges::find(all, id, [](const Order& one) { return one.erasure.record; });
        found.orders.push_back(*order);
        if (order->number > before) ++found.fresh;
        else
            found.text_before +=
                fmt::format("unchanged: {} was erased at {}\n", id.text(), time_of(order->erasure.ordered_ms));
    }
    return found;
}

std::string text_of(const Ordered& ordered, const sync::Centre::Erased& erased)
{
    if (ordered.fresh == 0) return ordered.text_before;
    const bool is_one = ordered.orders.size() == 1;
    return ordered.text_before + fmt::format("erased {}, with the decisions about {} {}, and {} part of {}\n",
                                             is_one ? ordered.orders.front().erasure.record.text()
                                                    : counted(ordered.fresh, "record", "records"),
                                             is_one ? "it" : "them", counted(erased.records, "record", "records"),
                                             is_one ? "its" : "their",
                                             counted(erased.entries, "journal entry", "journal entries"));
}

}  // namespace

Result<Answer> erase(const EraseCommand& command)
{
    INDABA_ASSIGN(const auto ids, ids_in(command.records));
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    std::size_t before = 0;
    sync::Centre::Erased erased;
    INDABA_TRY(ledger.with_centre([&](sync::Centre& centre) -> Result<void> {
        INDABA_ASSIGN(const auto state, centre.storage().erasure_state());
        before = state.through;
        INDABA_ASSIGN(erased, centre.erase(ids));
        return settle_erasures(ledger.directory(), centre);
    }));
    INDABA_ASSIGN(const auto orders, orders_of(ledger));
    INDABA_ASSIGN(const auto all, confirmations(ledger));
    const auto found = ordered(ids, orders, before);
    std::uint64_t last = 0;  // who has carried out that one has carried out all of them
    json::array list;
    for (const auto& order : found.orders) {
        last = std::max(last, order.number);
        list.push_back(json_of(order, outstanding(all, order.number)));
    }
    auto devices = outstanding(all, last);
    Answer answer;
    answer.text = text_of(found, erased) + text_of(devices) +
                  "\nbackups made before hold it still: one that is restored erases it again, but "
                  "destroy them when you can";
    auto json = found.orders.size() == 1 ? json_of(found.orders.front(), std::move(devices)) : json::object();
    json["records"] = erased.records;
    json["entries"] = erased.entries;
    json["orders"] = std::move(list);
    answer.json = std::move(json);
    return answer;
}

Result<Answer> list_erasures(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_ASSIGN(const auto orders, orders_of(ledger));
    INDABA_ASSIGN(const auto all, confirmations(ledger));
    Answer answer;
    json::array list;
    for (const auto& order : orders) {
        auto devices = outstanding(all, order.number);
        answer.text += fmt::format("{}{}  {}  {}", answer.text.empty() ? "" : "\n", order.erasure.record.text(),
                                   time_of(order.erasure.ordered_ms), text_of(devices));
        list.push_back(json_of(order, std::move(devices)));
    }
    if (orders.empty()) answer.text = "nothing was erased";
    answer.json = std::move(list);
    return answer;
}

}  // namespace indaba::server

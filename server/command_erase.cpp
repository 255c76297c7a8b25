#include "server/commands.hpp"
#include "server/erasure_file.hpp"
#include "server/ledger.hpp"
#include "shared/value.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace indaba::server {

namespace {

namespace json = boost::json;

std::string time_of(std::int64_t ms) { return shared::Value::instant({ms, 0}).display(); }

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

}  // namespace

Result<Answer> erase(const EraseCommand& command)
{
    INDABA_ASSIGN(const auto id, shared::RecordId::parse(command.record));
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    sync::Centre::Erased erased;
    INDABA_TRY(ledger.with_centre([&](sync::Centre& centre) -> Result<void> {
        INDABA_ASSIGN(erased, centre.erase(id));
        return settle_erasures(ledger.directory(), centre);
    }));
    INDABA_ASSIGN(const auto orders, orders_of(ledger));
    INDABA_ASSIGN(const auto all, confirmations(ledger));
    const auto order = std::ranges::find(orders, id, [](const Order& one) { return one.erasure.record; });
    auto devices = outstanding(all, order->number);
    Answer answer;
    answer.text = erased.records + erased.entries == 0
                      ? fmt::format("unchanged: {} was erased at {}", id.text(), time_of(order->erasure.ordered_ms))
                      : fmt::format("erased {}, with the decisions about it {}, and its part of {}", id.text(),
                                    counted(erased.records, "record", "records"),
                                    counted(erased.entries, "journal entry", "journal entries"));
    answer.text += fmt::format(
        "\n{}\nbackups made before hold it still: one that is restored erases it again, but "
        "destroy them when you can",
        text_of(devices));
    answer.json = json::object{{"record", id.text()},
                               {"ordered_at", time_of(order->erasure.ordered_ms)},
                               {"records", erased.records},
                               {"entries", erased.entries},
                               {"confirmed", std::move(devices.confirmed)},
                               {"unconfirmed", std::move(devices.unconfirmed)}};
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
        list.push_back(json::object{{"record", order.erasure.record.text()},
                                    {"ordered_at", time_of(order.erasure.ordered_ms)},
                                    {"confirmed", std::move(devices.confirmed)},
                                    {"unconfirmed", std::move(devices.unconfirmed)}});
    }
    if (orders.empty()) answer.text = "nothing was erased";
    answer.json = std::move(list);
    return answer;
}

}  // namespace indaba::server

#include "tests/model/text.hpp"

#include <cstdio>

namespace indaba::tests::model {

std::string text(const shared::TransactionName& name)
{
    char out[64];
    std::snprintf(out, sizeof out, "%04x:%llu#%04x", unsigned(name.journal.value >> 48),
                  static_cast<unsigned long long>(name.number), unsigned(name.hash >> 48));
    return out;
}

std::string text(const shared::RecordId& id) { return shared::to_hex(std::span(id.bytes).last(3)); }

std::string text(const shared::Transaction& transaction)
{
    std::string out;
    for (const auto& write : transaction.writes) {
        out += " " + text(transaction.records[write.record].id) + "." + write.key + "=" + write.value.display() + "(";
        for (const auto& base : write.bases) out += " " + text(base);
        out += " )";
    }
    return out;
}

}  // namespace indaba::tests::model

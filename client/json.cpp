#include "client/json.hpp"

namespace indaba::client {

namespace json = boost::json;

namespace {

json::value time_json(std::int64_t unix_ms)
{
    if (unix_ms <= 0) return nullptr;
    return json::value(time_text(unix_ms));
}

}  // namespace

std::string time_text(std::int64_t unix_ms) { return Value::instant({unix_ms, 0}).display(); }

json::value json_of(const Value& value)
{
    switch (value.kind()) {
        case shared::ValueKind::absent: return nullptr;
        case shared::ValueKind::integer: return value.as_integer();
        case shared::ValueKind::boolean: return value.as_boolean();
        case shared::ValueKind::text:
        case shared::ValueKind::decimal:
        case shared::ValueKind::date:
        case shared::ValueKind::instant:
        case shared::ValueKind::code:
        case shared::ValueKind::reference:
        case shared::ValueKind::place:
        case shared::ValueKind::attachment: break;
    }
    return json::value(value.display());
}

json::object fields_json(const std::vector<Cell>& cells)
{
    json::object fields;
    for (const auto& [key, value] : cells) {
        const auto parts = shared::key_parts(key);
        const bool is_present_element = !parts.element.empty() && value == Value::boolean(true);
        if (!is_present_element) {
            fields[key] = json_of(value);
            continue;
        }
        auto& set = fields[parts.field];
        if (!set.is_array()) set = json::array();
        set.get_array().emplace_back(parts.element);
    }
    return fields;
}

json::object json_of(const RecordView& record)
{
    return {{"id", record.id.text()},
            {"type", record.type},
            {"space", record.space},
            {"fields", fields_json(record.cells)},
            {"updated_at", time_json(record.updated_at_ms)},
            {"updated_by", record.updated_by},
            {"state", state_name(record.state)},
            {"conflicts", json_of(record.conflicts)}};
}

json::object json_of(const Conflict& conflict)
{
    json::array leaves;
    for (const auto& leaf : conflict.leaves)
        leaves.emplace_back(json::object{{"number", leaf.number},
                                         {"value", json_of(leaf.value)},
                                         {"by", leaf.by},
                                         {"device", leaf.device},
                                         {"at", time_json(leaf.at_ms)},
                                         {"shown", leaf.shown}});
    return {{"record", conflict.record.text()},
            {"type", conflict.type},
            {"field", conflict.field},
            {"leaves", std::move(leaves)}};
}

json::object json_of(const Refusal& refusal)
{
    return {{"record", refusal.record.text()},
            {"type", refusal.type},
            {"space", refusal.space},
            {"field", refusal.field},
            {"reason", refusal.reason},
            {"because_of", refusal.blamed.text()},
            {"written_at", time_json(refusal.written_ms)},
            {"refused_at", time_json(refusal.ruled_ms)},
            {"fields", fields_json(refusal.cells)}};
}

json::object json_of(const Forgotten& forgotten)
{
    return {{"record", forgotten.record.text()},
            {"type", forgotten.type},
            {"space", forgotten.space},
            {"by", forgotten.by},
            {"found_at", time_json(forgotten.found_ms)},
            {"fields", fields_json(forgotten.cells)}};
}

json::object json_of(const History& history)
{
    json::array steps;
    for (const auto& step : history.steps)
        steps.emplace_back(json::object{{"at", time_json(step.at_ms)},
                                        {"by", step.by},
                                        {"device", step.device},
                                        {"state", state_name(step.state)},
                                        {"fields", fields_json(step.cells)}});
    return {{"record", history.record.text()}, {"complete", history.complete}, {"steps", std::move(steps)}};
}

json::object json_of(const Status& status)
{
    json::array spaces;
    for (const auto& space : status.spaces)
        spaces.emplace_back(json::object{{"name", space.name},
                                         {"kind", space.kind},
                                         {"title", space.title},
                                         {"role", space.role},
                                         {"carried", space.carried},
                                         {"lease_until", time_json(space.lease_until_ms)},
                                         {"locked", space.locked}});
    json::value refusal;
    if (!status.refusal.empty()) refusal = status.refusal;
    return {{"device", status.device},
            {"person", status.person},
            {"spaces", std::move(spaces)},
            {"records", status.records},
            {"only_here", status.only_here},
            {"accepted", status.accepted},
            {"refused", status.refused},
            {"forgotten", status.forgotten},
            {"conflicts", status.conflicts},
            {"written", json::object{{"changes", status.written.changes()},
                                     {"only_here", status.written.only_here},
                                     {"accepted", status.written.accepted},
                                     {"refused", status.written.refused},
                                     {"backed_up", status.written.backed_up}}},
            {"last_contact", time_json(status.last_contact_ms)},
            {"last_attempt", time_json(status.last_attempt_ms)},
            {"clock_offset_ms", status.clock_offset_ms},
            {"over_quota_until", time_json(status.over_quota_until_ms)},
            {"refusal", std::move(refusal)},
            {"server", status.server},
            {"protection", status.protection},
            {"locked", status.locked}};
}

json::object json_of(const SpaceView& space)
{
    json::object object{{"name", space.name},
                        {"title", space.title},
                        {"kind", space.kind},
                        {"role", space.role},
                        {"carried", space.carried},
                        {"records", space.records},
                        {"bytes", space.bytes},
                        {"waiting", space.waiting},
                        {"centre_records", nullptr},
                        {"centre_bytes", nullptr},
                        {"as_of", time_json(space.as_of_ms)},
                        {"lease_until", time_json(space.lease_until_ms)},
                        {"locked", space.locked}};
    if (space.as_of_ms > 0) {
        object["centre_records"] = space.centre_records;
        object["centre_bytes"] = space.centre_bytes;
    }
    return object;
}

json::object json_of(const SyncReport& report)
{
    json::object object{{"pushed", report.pushed},           {"accepted", report.accepted},
                        {"refused", report.refused},         {"pulled", report.pulled},
                        {"conflicts", report.conflicts},     {"erased", report.erased},
                        {"bytes_sent", report.bytes_sent},   {"bytes_received", report.bytes_received},
                        {"round_trips", report.round_trips}, {"handshake_round_trips", report.handshake_round_trips},
                        {"duration_ms", report.duration_ms}, {"clock_offset_ms", report.clock_offset_ms},
                        {"up_to_date", report.up_to_date},   {"over_quota", nullptr},
                        {"clock_warning", nullptr}};
    if (report.clock_warning) object["clock_warning"] = *report.clock_warning;
    object["refused_erased"] = report.refused_erased;
    if (const auto& quota = report.over_quota)
        object["over_quota"] = {
            {"changes", quota->changes}, {"bytes", quota->bytes}, {"until", time_json(quota->until_ms)}};
    json::array missing;
    for (const auto& gap : report.missing)
        missing.push_back(json::object{
            {"journal", gap.journal}, {"space", gap.space}, {"first", gap.first}, {"through", gap.through}});
    object["missing"] = std::move(missing);
    object["given_up"] = report.given_up;
    if (report.error) object["error"] = report.error->text;
    return object;
}

}  // namespace indaba::client

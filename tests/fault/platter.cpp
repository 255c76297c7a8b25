#include "tests/fault/platter.hpp"

#include <algorithm>

namespace indaba::tests::fault {

namespace {

constexpr std::uint64_t kSector_bytes = 512;

}  // namespace

Platter::Platter(const Files& durable)
{
    for (const auto& [file, bytes] : durable) names_[file] = std::make_shared<Content>(Content{bytes, {}});
    durable_names_ = names_;
}

void Platter::name(const Naming& naming, Names& names)
{
    if (naming.content) names[naming.file] = naming.content;
    else names.erase(naming.file);
}

void Platter::apply(const DiskStep& step)
{
    switch (step.kind) {
        case DiskStep::Kind::create:
        case DiskStep::Kind::remove: {
            const bool made = step.kind == DiskStep::Kind::create;
            unsynced_names_.push_back({step.file, made ? std::make_shared<Content>() : nullptr});
            name(unsynced_names_.back(), names_);
            return;
        }
        case DiskStep::Kind::write:
        case DiskStep::Kind::truncate: names_.at(step.file)->unsynced.push_back(step); return;
        case DiskStep::Kind::sync: {
            auto& content = *names_.at(step.file);
            for (const auto& waiting : content.unsynced) carry_out(waiting, content.durable);
            content.unsynced.clear();
            return;
        }
        case DiskStep::Kind::sync_names:
            durable_names_ = names_;
            unsynced_names_.clear();
            return;
    }
}

void Platter::carry_out(const DiskStep& step, Bytes& content)
{
    if (step.kind == DiskStep::Kind::truncate) content.resize(step.offset);
    else put(content, step.offset, step.bytes);
}

/// Each sector that the write touches is written or not; bytes beside the write stay as they were.
void Platter::tear(const DiskStep& step, Bytes& content, model::Chance& chance)
{
    const ByteView bytes = step.bytes;
    for (std::uint64_t at = 0; at < bytes.size();) {
        const auto in_sector = kSector_bytes - (step.offset + at) % kSector_bytes;
        const auto size = std::min<std::uint64_t>(in_sector, bytes.size() - at);
        if (chance.below(2) == 0) put(content, step.offset + at, bytes.subspan(at, size));
        at += size;
    }
}

Bytes Platter::content_after(Cut cut, const Content& content, model::Chance& chance)
{
    Bytes bytes = content.durable;
    if (cut == Cut::unsynced_lost) return bytes;
    for (const auto& step : content.unsynced) {
        if (cut == Cut::killed) carry_out(step, bytes);
        else if (step.kind == DiskStep::Kind::write) tear(step, bytes, chance);
        else if (chance.below(2) == 0) carry_out(step, bytes);
    }
    return bytes;
}

Platter::Names Platter::names_after(Cut cut, model::Chance& chance) const
{
    if (cut == Cut::killed) return names_;
    Names names = durable_names_;
    if (cut == Cut::unsynced_lost) return names;
    const auto survive = chance.below(unsynced_names_.size() + 1);
    for (std::size_t i = 0; i < survive; ++i) name(unsynced_names_[i], names);
    return names;
}

Files Platter::after(Cut cut, model::Chance& chance) const
{
    Files files;
    for (const auto& [file, content] : names_after(cut, chance)) files[file] = content_after(cut, *content, chance);
    return files;
}

}  // namespace indaba::tests::fault

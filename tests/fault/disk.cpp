#include "tests/fault/disk.hpp"

#include <algorithm>

namespace indaba::tests::fault {

using Kind = DiskFault::Kind;

void put(Bytes& content, std::uint64_t offset, ByteView bytes)
{
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
    std::ranges::copy(bytes, content.begin() + std::ptrdiff_t(offset));
}

void Disk::set_fault(DiskFault fault)
{
    fault_ = fault;
    fired_ = false;
}

/// Counts a call that a fault of this kind could strike.
bool Disk::strikes(Kind kind)
{
    if (!fault_ || fault_->kind != kind) return false;
    if (fault_->calls-- > 0) return false;
    fired_ = true;
    if (kind == Kind::full) fault_->calls = 0;  // and so is every call after it
    else if (kind == Kind::short_full) fault_ = DiskFault{Kind::full, 0};
    else fault_.reset();
    return true;
}

void Disk::note(DiskStep::Kind kind, const std::string& file, std::uint64_t offset, ByteView bytes)
{
    history_.push_back({kind, file, offset, Bytes(bytes.begin(), bytes.end())});
}

void Disk::create(const std::string& file)
{
    if (files_.try_emplace(file).second) note(DiskStep::Kind::create, file);
}

DiskAnswer Disk::write(const std::string& file, std::uint64_t offset, ByteView bytes)
{
    if (strikes(Kind::write_fails)) return DiskAnswer::failed;
    if (strikes(Kind::write_lost)) return DiskAnswer::done;
    if (strikes(Kind::full)) return DiskAnswer::full;
    const bool cut_short = strikes(Kind::short_full);
    if (cut_short) bytes = bytes.first(bytes.size() / 2);
    put(files_[file], offset, bytes);
    note(DiskStep::Kind::write, file, offset, bytes);
    return cut_short ? DiskAnswer::full : DiskAnswer::done;
}

DiskAnswer Disk::read(const std::string& file, std::uint64_t offset, std::span<std::uint8_t> out)
{
    std::ranges::fill(out, std::uint8_t(0));
    if (strikes(Kind::read_fails)) return DiskAnswer::failed;
    const Bytes& content = files_[file];
    const auto there = offset < content.size() ? std::min<std::uint64_t>(out.size(), content.size() - offset) : 0;
    std::copy_n(content.begin() + std::ptrdiff_t(there > 0 ? offset : 0), there, out.begin());
    return there == out.size() ? DiskAnswer::done : DiskAnswer::ended;
}

DiskAnswer Disk::truncate(const std::string& file, std::uint64_t size)
{
    if (strikes(Kind::truncate_fails)) return DiskAnswer::failed;
    files_[file].resize(size);
    note(DiskStep::Kind::truncate, file, size);
    return DiskAnswer::done;
}

DiskAnswer Disk::sync(const std::string& file)
{
    if (strikes(Kind::sync_fails)) return DiskAnswer::failed;
    note(DiskStep::Kind::sync, file);
    return DiskAnswer::done;
}

DiskAnswer Disk::remove(const std::string& file)
{
    if (strikes(Kind::remove_fails)) return DiskAnswer::failed;
    if (files_.erase(file) > 0) note(DiskStep::Kind::remove, file);
    return DiskAnswer::done;
}

void Disk::sync_names() { note(DiskStep::Kind::sync_names, {}); }

std::uint64_t Disk::size(const std::string& file) const
{
    const auto place = files_.find(file);
    return place == files_.end() ? 0 : place->second.size();
}

}  // namespace indaba::tests::fault

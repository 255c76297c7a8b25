// Things found by name, a few hundred at most, built once and asked millions of times: every cell that is checked is
// looked up in several. Open addressing at most half full, so that a look-up is one hash of 16 bytes and one comparison
// (the standard's map divides and follows pointers: three times the time). Not for hostile names to be put in. Any
// thread to read.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace indaba::shared {

template <class T>
class NameIndex {
public:
    /// False if the name is there already. The name's text and the thing must outlive this.
    bool insert(std::string_view name, const T* thing)
    {
        if (find(name) != nullptr) return false;
        if (2 * (size_ + 1) > slots_.size()) grow();
        slots_[place(name)] = {name, thing};
        ++size_;
        return true;
    }
    /// Null if it is not there.
    [[nodiscard]] const T* find(std::string_view name) const
    {
        return slots_.empty() ? nullptr : slots_[place(name)].second;
    }

private:
    using Slot = std::pair<std::string_view, const T*>;

    static std::size_t hash(std::string_view name)
    {
        const auto mixed = (ends(name) ^ name.size()) * 0x9e3779b97f4a7c15u;
        return std::size_t(mixed ^ mixed >> 32);
    }
    /// The first and the last 8 bytes, as far as there are any; in loads of fixed size, which need no call.
    static std::uint64_t ends(std::string_view name)
    {
        if (name.size() >= 8) return load<std::uint64_t>(name);
        if (name.size() >= 4) return load<std::uint32_t>(name);
        if (name.size() >= 2) return load<std::uint16_t>(name);
        return name.empty() ? 0 : std::uint8_t(name[0]);
    }
    template <class Word>
    static std::uint64_t load(std::string_view name)
    {
        Word first;
        Word last;
        std::memcpy(&first, &name.front(), sizeof first);
        std::memcpy(&last, &name[name.size() - sizeof last], sizeof last);
        return std::uint64_t(first) ^ std::rotl(std::uint64_t(last), 23);
    }
    /// Where the name is, or the free slot where it would be.
    [[nodiscard]] std::size_t place(std::string_view name) const
    {
        const auto mask = slots_.size() - 1;
        auto place = hash(name) & mask;
        while (slots_[place].second != nullptr && slots_[place].first != name) place = (place + 1) & mask;
        return place;
    }
    void grow()
    {
        auto old = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(16, 2 * slots_.size())));
        for (const auto& slot : old)
            if (slot.second != nullptr) slots_[place(slot.first)] = slot;
    }

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace indaba::shared

// What of a disk's history survives a power cut: everything synced, and of the rest nothing, all, or any sectors of
// 512 bytes. The order of writes between two syncs means nothing; names of files that were made and removed survive in
// their order, as journalling file systems keep it. One thread.
#pragma once

#include "tests/fault/disk.hpp"
#include "tests/model/chance.hpp"

#include <memory>

namespace indaba::tests::fault {

enum class Cut : std::uint8_t {
    unsynced_lost,
    torn,    ///< of every unsynced write and truncation, and of new and removed names, a part by chance
    killed,  ///< no power cut: the process is gone, the system writes everything
};

class Platter {
public:
    explicit Platter(const Files& durable);

    void apply(const DiskStep& step);
    [[nodiscard]] Files after(Cut cut, model::Chance& chance) const;

private:
    struct Content {
        Bytes durable;
        std::vector<DiskStep> unsynced;
    };
    using Names = std::map<std::string, std::shared_ptr<Content>>;
    struct Naming {
        std::string file;
        std::shared_ptr<Content> content;  ///< null: removed
    };
    static void carry_out(const DiskStep& step, Bytes& content);
    static void tear(const DiskStep& step, Bytes& content, model::Chance& chance);
    [[nodiscard]] static Bytes content_after(Cut cut, const Content& content, model::Chance& chance);
    static void name(const Naming& naming, Names& names);
    [[nodiscard]] Names names_after(Cut cut, model::Chance& chance) const;

    Names names_;  ///< as programs see them
    Names durable_names_;
    std::vector<Naming> unsynced_names_;
};

}  // namespace indaba::tests::fault

// One transaction in the making. Only for sync/replica*.cpp.
#pragma once

#include "sync/replica.hpp"

namespace indaba::sync {

struct Replica::Draft {
    StoredSpace space;
    StoredJournal journal;
    shared::Transaction transaction;
    std::vector<StoredRecord> records;  ///< as they are before, in the order of the transaction's records
    std::vector<bool> blind;            ///< what the record then shows cannot be checked here, or may not be told
    bool all_blind = false;             ///< see Batch::blind
    std::vector<bool> again;            ///< something stood refused of it
};

}  // namespace indaba::sync

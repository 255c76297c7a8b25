// A storage transaction that is rolled back unless it was committed.
#pragma once

#include "sync/storage.hpp"

namespace indaba::sync {

class StorageTransaction {
public:
    explicit StorageTransaction(Storage& storage) : storage_(storage) {}
    StorageTransaction(const StorageTransaction&) = delete;
    StorageTransaction& operator=(const StorageTransaction&) = delete;
    ~StorageTransaction()
    {
        if (open_) storage_.rollback();
    }

    [[nodiscard]] Result<void> begin()
    {
        INDABA_TRY(storage_.begin());
        open_ = true;
        return {};
    }
    [[nodiscard]] Result<void> commit()
    {
        INDABA_TRY(storage_.commit());
        open_ = false;
        return {};
    }

private:
    Storage& storage_;
    bool open_ = false;
};

}  // namespace indaba::sync

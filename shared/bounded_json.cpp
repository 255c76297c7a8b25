#include "shared/bounded_json.hpp"

#include "shared/limits.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/parser.hpp>

#include <new>

namespace indaba::shared {

namespace {

/// Classes within classes: nothing that is said in JSON has more than two.
constexpr std::size_t kDepth = 4;

}  // namespace

class BoundedJson::Memory final : public boost::json::memory_resource {
public:
    explicit Memory(std::size_t most_bytes) : left_(most_bytes) {}

private:
    void* do_allocate(std::size_t size, std::size_t) override
    {
        if (size > left_) throw std::bad_alloc();
        left_ -= size;
        return ::operator new(size);
    }
    void do_deallocate(void* place, std::size_t size, std::size_t) override
    {
        left_ += size;
        ::operator delete(place);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

    std::size_t left_;
};

void BoundedJson::Release::operator()(Memory* memory) const { delete memory; }

BoundedJson::BoundedJson(std::size_t most_bytes) : memory_(new Memory(most_bytes)), value_(memory_.get()) {}

Result<BoundedJson> BoundedJson::parse(std::string_view text)
{
    // The other half is for what the caller takes out of it.
    BoundedJson json(limits::decoded_bytes(text.size()) / 2);
    boost::json::parse_options options;
    options.max_depth = kDepth;
    boost::system::error_code failed;
    try {
        boost::json::parser parser(json.memory_.get(), options);
        parser.reset(json.memory_.get());
        parser.write(text.data(), text.size(), failed);
        if (!failed) json.value_ = parser.release();
    } catch (const std::bad_alloc&) {
        return fail(Errc::too_large, "JSON of too many small parts");
    }
    if (failed) return fail(Errc::malformed, "this is not JSON: " + failed.message());
    return json;
}

}  // namespace indaba::shared

// Both session machines with a hostile hand between them. The input is what the hand does, step by step: it carries,
// drops, repeats, delays, cuts, and changes messages, with the device's own key. Whatever it does, nobody crashes, a
// session that heard nonsense is over, nothing unauthorised is stored and nothing written is lost; the other device is
// never harmed, nor this one by what only loses, repeats or damages its messages. (A centre that lies may confuse a
// device, and so may its own key in other hands: TLS and the key's keeping stand against that.)
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/session_world.hpp"
#include "tests/fuzz/shapes.hpp"

using namespace indaba;
using tests::fuzz::World;
using tests::model::Chance;

namespace {

constexpr std::size_t kSteps = 48;
constexpr std::size_t kRemembered = 64;

class Hand {
public:
    explicit Hand(World& world) : world_(world), device_(world.hostile) {}

    /// The highest bit says which way; what the step does to the message is in the rest.
    void step(std::uint8_t what, std::uint8_t detail)
    {
        const bool to_centre = (what & 0x80) == 0;
        auto& line = to_centre ? device_.to_centre : device_.to_device;
        Chance chance(detail);
        switch (what % 10) {
            case 0: return world_.write(device_, detail);
            case 1: return world_.connect(device_);
            case 2: return (void)world_.carry(device_);
            case 3: return give(to_centre, next(line));
            case 4: return (void)next(line);
            case 5:
                if (!seen_.empty()) give(to_centre, seen_[detail % seen_.size()]);
                return;
            case 6:
                betrayed_ = true;
                return give(to_centre, tests::fuzz::changed_message(chance, next(line), device_.signer));
            case 7: {
                auto message = next(line);
                if (!message.empty()) message.resize(detail % message.size());
                return give(to_centre, message);
            }
            case 8: {
                auto message = next(line);
                if (!message.empty()) message[detail * message.size() / 256] ^= std::uint8_t(1u << (detail % 8));
                return give(to_centre, message);
            }
            default:
                world_.write(world_.honest, detail);
                world_.connect(world_.honest);
                return (void)world_.carry(world_.honest);
        }
    }
    /// The device has heard a lie of its centre's, or its own key signed what it did not write.
    [[nodiscard]] bool betrayed() const { return betrayed_; }

private:
    shared::Bytes next(std::deque<shared::Bytes>& line)
    {
        if (line.empty()) return {};
        auto message = std::move(line.front());
        line.pop_front();
        if (seen_.size() < kRemembered) seen_.push_back(message);
        return message;
    }
    void give(bool to_centre, const shared::Bytes& message)
    {
        if (to_centre) return world_.give_to_centre(device_, message);
        betrayed_ = true;
        world_.give_to_device(device_, message);
    }

    World& world_;
    World::Device& device_;
    std::vector<shared::Bytes> seen_;
    bool betrayed_ = false;
};

void sync_cleanly(World& world, World::Device& device)
{
    world.connect(device);
    INDABA_CHECK(world.carry(device).up_to_date);
    world.check_equal(device);
}

}  // namespace

FUZZ(input)
{
    World world;
    Hand hand(world);
    world.connect(world.hostile);
    for (std::size_t i = 0; i + 1 < std::min(input.size(), 2 * kSteps); i += 2) hand.step(input[i], input[i + 1]);
    world.check_nothing_unauthorised();
    for (auto* device : {&world.hostile, &world.honest}) world.check_nothing_lost(*device);
    sync_cleanly(world, world.honest);
    if (!hand.betrayed()) sync_cleanly(world, world.hostile);
    world.check_nothing_lost(world.hostile);
}

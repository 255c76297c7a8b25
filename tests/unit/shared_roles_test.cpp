#include "shared/roles.hpp"

#include <gtest/gtest.h>

namespace indaba::shared {
namespace {

TEST(Roles, ThatWriteAreKnownOnesAboveViewer)
{
    for (const auto* role : {"contributor", "editor", "organiser"}) EXPECT_TRUE(role_writes(role)) << role;
    for (const auto* role : {"viewer", "", "Editor", "curator of a newer program"})
        EXPECT_FALSE(role_writes(role)) << role;
}

}  // namespace
}  // namespace indaba::shared

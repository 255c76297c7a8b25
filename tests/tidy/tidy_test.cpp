// The project as it stands, held against the rules.
#include "tests/tidy/rules.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::tidy {

TEST(Tidy, the_project_keeps_its_own_rules)
{
    const auto sources = read_project(INDABA_ROOT);
    ASSERT_GT(sources.size(), 30u) << "the project was not found at " << INDABA_ROOT;
    std::string report;
    for (const auto& finding : check_project(sources, read_top_level(INDABA_ROOT)))
        report += finding.path + ":" + finding.text + " [" + finding.rule + "]\n";
    EXPECT_TRUE(report.empty()) << report;
}

}  // namespace indaba::tests::tidy

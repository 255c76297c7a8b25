// A running centre with one space, and two delegates who write in it, each on a device that has met it. One thread.
#pragma once

#include "tests/end_to_end/world.hpp"

#include <gtest/gtest.h>

namespace indaba::tests {

class TwoDelegates : public testing::Test {
protected:
    TwoDelegates()
    {
        centre.operate({"space", "add", "forum", "--kind", "event"});
        for (const auto* person : {"Amina", "Boris"})
            centre.operate({"person", "add", person, "--role", "forum=editor"});
        centre.start();
        amina.enrol(centre, "Amina");
        boris.enrol(centre, "Boris");
        for (const auto* device : {&amina, &boris}) (void)device->json({"sync"});
    }

    TemporaryDirectory directory;
    Centre centre{directory};
    Device amina{directory, "tablet"};
    Device boris{directory, "laptop"};
    std::string backup = directory.file("backup");
};

}  // namespace indaba::tests

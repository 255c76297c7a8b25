#include "shared/result.hpp"

#include <stdexcept>

namespace indaba::shared {

void throw_exception_from_error(const Error& error, const boost::source_location&)
{
    throw std::logic_error("unchecked error: " + error.text);
}

}  // namespace indaba::shared

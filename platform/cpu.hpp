// What this machine's processor can do. Any thread.
#pragma once

namespace indaba::platform {

/// AES rounds as instructions: where they are missing, AES-based ciphers are slow and leak through timing.
[[nodiscard]] bool has_aes_instructions();

}  // namespace indaba::platform

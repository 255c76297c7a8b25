# Writes OUTPUT, a source that holds the bytes of INPUT: cmake -DINPUT=… -DOUTPUT=… -P catalogue_json.cmake
# As numbers, because compilers promise no more than 64 KiB for one string literal.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n    "
    bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"shared/catalogue_json.hpp\"

namespace indaba::shared {

static const unsigned char kBytes[] = {
    ${bytes}
};

std::string_view catalogue_json()
{
    return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};
}

}  // namespace indaba::shared
")

#include "tests/bench/rows.hpp"

#include <boost/json.hpp>

#include <array>
#include <random>
#include <string_view>

namespace indaba::bench {

namespace {

using Words = std::vector<std::string_view>;

const Words kFirst{"Aurora", "Baikal",  "Cerrado", "Delta",  "Eastern",  "Fuzhou", "Ganges",  "Harbour",
                   "Indigo", "Jade",    "Karoo",   "Lotus",  "Meridian", "Neva",   "Orient",  "Pampa",
                   "Quartz", "Riviera", "Savanna", "Taiga",  "Ural",     "Volga",  "Western", "Xiamen",
                   "Yamuna", "Zenith",  "Амур",    "Енисей", "华东",     "金桥",   "गंगा",     "शक्ति"};
const Words kSecond{"Agro",  "Battery",    "Composite", "Digital", "Electric", "Fibre",  "Grid",
                    "Hydro", "Instrument", "Logistics", "Marine",  "Nuclear",  "Optics", "Polymer",
                    "Rail",  "Solar",      "Textile",   "Turbine", "Water",    "Wind"};
const Words kThird{"Holdings", "Industries",  "Systems",   "Technologies", "Works",
                   "Group",    "Engineering", "Materials", "Services",     "Laboratories"};
const Words kCountries{"BR", "RU", "IN", "CN", "ZA", "EG", "ET", "IR", "AE", "ID"};
const Words kCities{"Xiamen",    "Hangzhou",    "São Paulo", "Recife",      "Moscow",  "Kazan",     "Pune",
                    "Bengaluru", "Durban",      "Cairo",     "Addis Ababa", "Isfahan", "Abu Dhabi", "Bandung",
                    "Shenzhen",  "Novosibirsk", "Chennai",   "Pretoria",    "Manaus",  "Surat"};
const Words kSectors{"manufacturing", "energy", "infrastructure", "high-technology",
                     "green-energy",  "water",  "agriculture",    "food"};
const Words kStatus{"draft", "submitted", "verified"};
const Words kText{"components", "for",       "grid",      "storage",  "joint",      "production", "line",
                  "with",       "testing",   "and",       "supply",   "of",         "precision",  "castings",
                  "pumps",      "sensors",   "control",   "software", "seeks",      "partners",   "in",
                  "export",     "recycling", "heat",      "recovery", "drives",     "low",        "carbon",
                  "cement",     "bearings",  "offers",    "training", "licences",   "pilot",      "plants",
                  "spare",      "parts",     "certified", "fleet",    "maintenance"};

using Engine = std::mt19937_64;

std::string_view pick(const Words& words, Engine& engine) { return words[engine() % words.size()]; }

std::string digits(std::size_t count, Engine& engine)
{
    constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += kAlphabet[engine() % kAlphabet.size()];
    return text;
}

std::string prose(std::size_t words, Engine& engine)
{
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += (i ? " " : "") + std::string(pick(kText, engine));
    return text;
}

Row make_row(std::int64_t time_ms, Engine& engine)
{
    std::array<std::uint8_t, 10> random{};
    for (auto& byte : random) byte = std::uint8_t(engine());
    Row row{shared::RecordId::make(time_ms, random), {}};
    const auto name = std::string(pick(kFirst, engine)) + " " + std::string(pick(kSecond, engine)) + " " +
                      std::string(pick(kThird, engine)) + " " + std::to_string(engine() % 1000);
    row.fields = {{"about", prose(14, engine)},
                  {"city", std::string(pick(kCities, engine))},
                  {"country", std::string(pick(kCountries, engine))},
                  {"employees", std::to_string(1 + engine() % 5000)},
                  {"founded", std::to_string(1950 + engine() % 75)},
                  {"name", name},
                  {"offers", prose(5, engine)},
                  {"registry_kind", "cn-uscc"},
                  {"registry_number", digits(18, engine)},
                  {"sectors", std::string(pick(kSectors, engine)) + "," + std::string(pick(kSectors, engine))},
                  {"status", std::string(pick(kStatus, engine))},
                  {"website", "https://www." + digits(8, engine) + ".example"}};
    return row;
}

}  // namespace

std::vector<Row> make_rows(std::size_t count, std::uint64_t seed)
{
    Engine engine(seed);
    std::vector<Row> rows;
    rows.reserve(count);
    std::int64_t time_ms = 1'760'000'000'000;
    for (std::size_t i = 0; i < count; ++i) rows.push_back(make_row(time_ms += std::int64_t(engine() % 2000), engine));
    return rows;
}

std::string json_line(const Row& row)
{
    boost::json::object fields;
    for (const auto& [name, value] : row.fields) {
        if (name == "employees") fields[name] = std::stoll(value);
        else if (name == "sectors")
            fields[name] = boost::json::array{value.substr(0, value.find(',')), value.substr(value.find(',') + 1)};
        else fields[name] = value;
    }
    return boost::json::serialize(
               boost::json::object{{"id", row.id.text()}, {"type", "enterprise"}, {"fields", fields}}) +
           "\n";
}

}  // namespace indaba::bench

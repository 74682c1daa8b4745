#include "tests/support/spf_cases.h"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "runtime/dns/reverse_name.h"

namespace waybill::tests {
namespace {

namespace json = boost::json;

const std::string kSpfCases = WAYBILL_SOURCE_DIR "/../shared/cases/spf/";

std::string whole_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string text_at(const json::object& one, std::string_view field) {
  const auto* value = one.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string dotted(std::string name) { return name.ends_with('.') ? name : name + "."; }

// A TXT value: one string, or several that count as one.
std::string joined(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  std::string out;
  for (const json::value& one : value.as_array()) out += one.as_string();
  return out;
}

std::optional<ZoneRecord> pyspf_record(const std::string& name, const json::object& one) {
  ZoneRecord out{name, text_at(one, "type"), "", false};
  // Type 99 is not asked for any more (RFC 7208 3.1).
  if (out.type == "SPF") return std::nullopt;
  const auto* value = one.if_contains("value");
  if (value == nullptr || (value->is_string() && value->as_string() == "TIMEOUT")) {
    out.times_out = true;
  } else if (out.type == "MX") {
    const auto& pair = value->as_array();
    out.value =
        std::to_string(pair.at(0).as_int64()) + " " + dotted(std::string(pair.at(1).as_string()));
  } else if (out.type == "TXT") {
    out.value = joined(*value);
  } else {
    out.value = std::string(value->as_string());
    if (out.type == "PTR" || out.type == "CNAME") out.value = dotted(out.value);
  }
  return out;
}

std::map<std::string, std::shared_ptr<const SpfZone>> pyspf_zones() {
  std::map<std::string, std::shared_ptr<const SpfZone>> out;
  const std::string text = whole_file(kSpfCases + "spf-zones.json");
  const json::value zones = json::parse(text);
  for (const auto& [key, names] : zones.as_object()) {
    auto zone = std::make_shared<SpfZone>();
    for (const auto& [name, records] : names.as_object()) {
      for (const json::value& record : records.as_array()) {
        if (auto one = pyspf_record(std::string(name), record.as_object())) {
          zone->push_back(std::move(*one));
        }
      }
    }
    out[std::string(key)] = std::move(zone);
  }
  return out;
}

std::vector<std::string> words_of(const std::string& line, const char* separators) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    if (end > at) out.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// One file of mail-auth: documents, each with records ("key: owner data") and tests. A test may
// bring records of its own, in place of those of the same owner and type, and each "expect:" closes
// a case of what was said so far.
class MailAuthReader {
 public:
  explicit MailAuthReader(std::string file) : file_(std::move(file)) {}

  void read_line(const std::string& line) {
    const std::size_t start = line.find_first_not_of(" -");
    if (start == std::string::npos || line[start] == '#') return;
    const std::size_t colon = line.find(':', start);
    if (colon == std::string::npos) return;
    const std::string key = line.substr(start, colon - start);
    std::string value = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    value.erase(value.find_last_not_of(" \r") + 1);
    if (key == "records") {
      zone_.clear();
    } else if (key == "name") {
      title_ = value;
      number_ = 0;
    } else if (key == "domain") {
      next_.request.helo = value;
    } else if (key == "sender") {
      next_.request.sender = value;
    } else if (key == "ip") {
      next_.request.client = boost::asio::ip::make_address(value);
    } else if (key == "expect") {
      end_case(value);
    } else if (key != "tests") {
      add_record(key, value);
    }
  }

  std::vector<SpfCase> take() { return std::move(cases_); }

 private:
  void end_case(const std::string& expected) {
    const std::size_t space = expected.find(' ');
    next_.results = {expected.substr(0, space)};
    next_.explanation.reset();
    if (space != std::string::npos) next_.explanation = expected.substr(space + 1);
    next_.id = "mail-auth/" + file_ + "/" + title_ + "/" + std::to_string(++number_);
    auto zone = std::make_shared<SpfZone>(zone_);
    // Upstream's resolver fails for every name that begins so.
    for (const char* name : {"_dns_error.org", "_dns_error.test.org"}) {
      zone->push_back({name, "*", "", true});
    }
    next_.zone = std::move(zone);
    cases_.push_back(next_);
  }

  void add_record(const std::string& key, const std::string& value) {
    const std::size_t space = value.find(' ');
    const std::string owner = value.substr(0, space);
    const std::string data = space == std::string::npos ? "" : value.substr(space + 1);
    const std::string type = key == "spf" || key == "exp" ? "TXT"
                             : key == "a"                 ? "A"
                             : key == "aaaa"              ? "AAAA"
                             : key == "mx"                ? "MX"
                                                          : "PTR";
    const std::string name =
        type == "PTR" ? runtime::dns::reverse_name(boost::asio::ip::make_address(owner)) : owner;
    std::erase_if(zone_,
                  [&](const ZoneRecord& one) { return one.name == name && one.type == type; });
    if (type == "TXT") {
      zone_.push_back({name, type, data, false});
      return;
    }
    int number = 0;
    for (const std::string& one : words_of(data, ", ")) {
      if (type == "PTR") {
        zone_.push_back({name, type, dotted(one), false});
      } else if (type == "MX") {
        add_exchange(name, one, ++number);
      } else {
        zone_.push_back({name, type, one, false});
      }
    }
  }

  // Upstream gives the addresses of a domain's exchanges and no names.
  void add_exchange(const std::string& name, const std::string& address, int number) {
    const std::string exchange = "x" + std::to_string(number) + ".exchange." + name;
    zone_.push_back({name, "MX", std::to_string(number) + " " + exchange + ".", false});
    const bool six = address.find(':') != std::string::npos;
    zone_.push_back({exchange, six ? "AAAA" : "A", address, false});
  }

  std::string file_;
  std::string title_;
  int number_ = 0;
  SpfZone zone_;
  SpfCase next_;
  std::vector<SpfCase> cases_;
};

// The replies of one line; whatever `zone` holds already of its name and type stays alone.
void add_replies(const json::object& one, SpfZone& zone) {
  const std::string name = text_at(one, "name");
  std::string type = text_at(one, "type");
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  const bool known = std::any_of(zone.begin(), zone.end(), [&](const ZoneRecord& other) {
    return other.name == name && other.type == type;
  });
  if (known) return;
  const std::string rcode = text_at(one, "rcode");
  if (rcode == "timeout" || rcode == "servfail") zone.push_back({name, type, "", true});
  for (const json::value& reply : one.at("replies").as_array()) {
    std::string data(reply.as_string());
    if (type == "MX" || type == "PTR") data = dotted(data);
    zone.push_back({name, type, data, false});
  }
}

SpfZone rspamd_zone() {
  SpfZone out;
  // Two configurations that hold much of the same.
  for (const char* file : {"rspamd/dns-merged.jsonl", "rspamd/dns-plugins.jsonl"}) {
    std::ifstream lines(kSpfCases + file);
    for (std::string line; std::getline(lines, line);) {
      add_replies(json::parse(line).as_object(), out);
    }
  }
  // Its replies are a multi-line record of the configuration: SERVFAIL for every type.
  out.push_back({"www.dnssec-failed.org", "*", "", true});
  return out;
}

std::vector<std::string> results_of_rspamd(const json::object& one) {
  static const std::map<std::string, std::string> kWords{
      {"R_SPF_ALLOW", "pass"},        {"R_SPF_PLUSALL", "pass"},      {"R_SPF_FAIL", "fail"},
      {"R_SPF_SOFTFAIL", "softfail"}, {"R_SPF_NEUTRAL", "neutral"},   {"R_SPF_NA", "none"},
      {"R_SPF_DNSFAIL", "temperror"}, {"R_SPF_PERMFAIL", "permerror"}};
  std::vector<std::string> out;
  for (const json::value& symbol : one.at("expect").as_array()) {
    const auto found = kWords.find(std::string(symbol.as_string()));
    if (found != kWords.end()) out.push_back(found->second);
  }
  return out;
}

std::optional<RecordType> type_of(const std::string& word) {
  static const std::map<std::string, RecordType> kTypes{{"A", RecordType::a},
                                                        {"AAAA", RecordType::aaaa},
                                                        {"MX", RecordType::mx},
                                                        {"TXT", RecordType::txt},
                                                        {"PTR", RecordType::ptr}};
  const auto found = kTypes.find(word);
  if (found == kTypes.end()) return std::nullopt;
  return found->second;
}

void fail_other_types(ZoneResolver& resolver, const SpfZone& zone, const std::string& name) {
  for (const char* type : {"A", "AAAA", "MX", "TXT", "PTR"}) {
    const bool has_one = std::any_of(zone.begin(), zone.end(), [&](const ZoneRecord& one) {
      return one.name == name && one.type == type;
    });
    if (!has_one) resolver.fail(name, runtime::Errc::temporary, type_of(type));
  }
}

}  // namespace

std::vector<SpfCase> pyspf_cases() {
  std::vector<SpfCase> out;
  if (!std::filesystem::exists(kSpfCases)) return out;
  const auto zones = pyspf_zones();
  std::ifstream lines(kSpfCases + "spf-cases.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const json::object one = json::parse(line).as_object();
    SpfCase next;
    next.id = text_at(one, "id");
    next.zone = zones.at(text_at(one, "zone"));
    next.request.client = boost::asio::ip::make_address(text_at(one, "ip"));
    next.request.helo = text_at(one, "helo");
    next.request.sender = text_at(one, "mailfrom");
    for (const json::value& word : one.at("results").as_array()) {
      next.results.emplace_back(word.as_string());
    }
    if (one.at("explanation").is_string()) next.explanation = text_at(one, "explanation");
    out.push_back(std::move(next));
  }
  return out;
}

std::vector<SpfCase> mail_auth_spf_cases() {
  std::vector<SpfCase> out;
  if (!std::filesystem::exists(kSpfCases)) return out;
  for (const auto& entry : std::filesystem::directory_iterator(kSpfCases + "mail-auth")) {
    MailAuthReader reader(entry.path().stem().string());
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);) reader.read_line(line);
    for (SpfCase& one : reader.take()) out.push_back(std::move(one));
  }
  return out;
}

std::vector<SpfCase> rspamd_spf_cases() {
  std::vector<SpfCase> out;
  if (!std::filesystem::exists(kSpfCases)) return out;
  const auto zone = std::make_shared<const SpfZone>(rspamd_zone());
  std::ifstream lines(kSpfCases + "rspamd/spf-cases.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const json::object one = json::parse(line).as_object();
    SpfCase next;
    next.id = text_at(one, "id");
    next.zone = zone;
    next.results = results_of_rspamd(one);
    const std::string ip = text_at(one, "ip");
    if (!ip.empty()) next.request.client = boost::asio::ip::make_address(ip);
    next.request.helo = text_at(one, "helo");
    next.request.sender = text_at(one, "mailfrom");
    if (next.request.sender == "<>") next.request.sender.clear();
    out.push_back(std::move(next));
  }
  return out;
}

void add_to(ZoneResolver& resolver, const SpfZone& zone) {
  for (const ZoneRecord& one : zone) {
    if (one.times_out && one.type == "*") {
      fail_other_types(resolver, zone, one.name);
    } else if (one.times_out) {
      resolver.fail(one.name, runtime::Errc::temporary, type_of(one.type));
    } else if (one.type == "TXT") {
      resolver.add_text(one.name, one.value);
    } else if (one.type == "A") {
      resolver.add_address(one.name, boost::asio::ip::make_address(one.value));
    } else {
      resolver.add(one.name + ". " + one.type + " " + one.value + "\n");
    }
  }
}

}  // namespace waybill::tests

#include "query/question.h"

#include <charconv>

#include "query/paging.h"
#include "schemas/kind.h"

namespace waybill::query {
namespace {

using projector::Role;
using schemas::Address;

// An address literal may come without the tag of RFC 5321 4.1.3: "user@[2001:db8::1]".
runtime::Result<Address> parse_target_address(std::string_view text) {
  auto address = Address::parse(text);
  if (address) return address;
  const auto bracket = text.rfind("@[");
  if (bracket == std::string_view::npos) return address;
  std::string tagged(text.substr(0, bracket + 2));
  tagged += "IPv6:";
  tagged += text.substr(bracket + 2);
  return Address::parse(tagged);
}

runtime::Result<std::string> normalise_target(std::string_view text) {
  if (const auto whole = parse_target_address(text)) return whole->text();
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return make_error_code(runtime::Errc::invalid);
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || at != digits.data() + digits.size() || port == 0) {
    return make_error_code(runtime::Errc::invalid);
  }
  const auto address = parse_target_address(text.substr(0, colon));
  if (!address) return address.error();
  return address->text() + ":" + std::to_string(port);
}

void read_cursor_parameter(http::Parameters& parameters, Question& question) {
  const auto text = parameters.text("cursor");
  if (!text) return;
  const auto cursor = read_cursor(*text, question.asked);
  if (cursor) {
    question.after = *cursor;
  } else {
    refuse_cursor(parameters, cursor.error());
  }
}

}  // namespace

const std::vector<std::string>& event_kinds() {
  static const auto kinds = [] {
    std::vector<std::string> words;
    for (const schemas::KindTraits& kind : schemas::kKinds) {
      if (kind.speaks_of_delivery) words.emplace_back(kind.word);
    }
    return words;
  }();
  return kinds;
}

runtime::Result<std::string> normalise(std::string_view text, Role role,
                                       const LocalCaseOf& local_case) {
  if (role == Role::target) return normalise_target(text);
  if (role == Role::sender && text == "<>") return std::string();
  const auto address = Address::parse(text);
  if (!address) return address.error();
  const bool fold = local_case && local_case(address->domain()) == schemas::LocalPartCase::fold;
  return fold ? address->folded().text() : address->text();
}

std::variant<Question, http::Problem> read_question(const std::string& address,
                                                    http::Parameters& parameters,
                                                    const LocalCaseOf& local_case) {
  Question read;
  projector::HistoryQuestion& question = read.asked;
  const auto role = parameters.word("role", {"alias", "sender", "target"});
  if (role == "sender") question.role = Role::sender;
  if (role == "target") question.role = Role::target;
  question.from = parameters.time("from");
  question.to = parameters.time("to");
  if (question.from && question.to && *question.from >= *question.to) {
    parameters.refuse("to", "\"to\" must be later than \"from\": from is in, to is not.");
  }
  question.kinds = parameters.words("kind", event_kinds());
  question.limit = parameters.number("limit", 1, projector::kMaxPage).value_or(kDefaultPage);

  auto normal = normalise(address, question.role, local_case);
  if (normal) {
    question.address = std::move(*normal);
  } else {
    parameters.refuse("address",
                      "The address is not a mailbox of RFC 5321 4.1.2: write local@domain, "
                      "percent-encoded, such as sales%40example.org.");
  }
  read_cursor_parameter(parameters, read);
  if (auto problem = parameters.problem()) return std::move(*problem);
  return read;
}

}  // namespace waybill::query

#include "query/question.h"

#include <charconv>

#include "query/paging.h"
#include "runtime/endpoint.h"
#include "runtime/network.h"
#include "schemas/kind.h"

namespace waybill::query {
namespace {

using projector::Role;
using schemas::Address;

// Rows are found by all spellings: a domain of ours may tell some of them apart.
projector::Spellings spellings_of(const std::optional<LocalParts>& ours) {
  if (!ours) return {};
  return {.any_case = ours->local_case == schemas::LocalPartCase::fold,
          .any_tag = ours->subaddress_separator == '+'};
}

void read_cursor_parameter(http::Parameters& parameters, Question& question) {
  const auto text = parameters.text("cursor");
  if (!text) return;
  const auto cursor = read_cursor(*text, question.asked);
  if (cursor) {
    question.after = *cursor;
  } else {
    refuse_cursor(parameters, *text, cursor.error());
  }
}

// What every history is asked by, whoever it is of.
void read_span(http::Parameters& parameters, projector::HistoryQuestion& question) {
  question.from = parameters.time("from");
  question.to = parameters.time("to");
  if (question.from && question.to && *question.from >= *question.to) {
    parameters.conflict("to",
                        "\"to\" must be later than \"from\", between 1970 and 2262: from is in, to "
                        "is not.");
  }
  question.kinds = parameters.words("kind", event_kinds());
  question.limit = parameters.number("limit", 1, projector::kMaxPage).value_or(kDefaultPage);
}

}  // namespace

namespace {

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

}  // namespace

runtime::Result<Address> parse_target(std::string_view text) {
  auto whole = parse_target_address(text);
  if (whole) return whole;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return whole;
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || at != digits.data() + digits.size() || port == 0) return whole;
  return parse_target_address(text.substr(0, colon));
}

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

runtime::Result<void> set_address(projector::HistoryQuestion& question, std::string_view text,
                                  Match match, const LocalPartsOf& local_parts) {
  question.address.clear();
  if (match == Match::exact) question.spellings = projector::kExactly;
  if (question.role == Role::sender && text == "<>") return {};
  const auto address = question.role == Role::target ? parse_target(text) : Address::parse(text);
  if (!address) return address.error();
  question.address = address->text();
  if (match == Match::exact) return {};
  const auto ours = local_parts ? local_parts(address->domain()) : std::nullopt;
  if (question.role == Role::alias) {
    const bool fold = ours && ours->local_case == schemas::LocalPartCase::fold;
    if (fold) question.address = address->folded().text();
    return {};
  }
  question.spellings = spellings_of(ours);
  question.address = projector::common_spelling(question.address, question.spellings);
  return {};
}

std::variant<Question, http::Problem> read_question(const std::string& address,
                                                    http::Parameters& parameters,
                                                    const LocalPartsOf& local_parts) {
  Question read;
  projector::HistoryQuestion& question = read.asked;
  const auto role = parameters.word("role", {"alias", "sender", "target"});
  if (role == "sender") question.role = Role::sender;
  if (role == "target") question.role = Role::target;
  read_span(parameters, question);

  const auto match = parameters.word("match", {"mailbox", "exact"});
  const auto set =
      set_address(question, address, match == "exact" ? Match::exact : Match::mailbox, local_parts);
  if (!set) {
    parameters.name_nothing("address",
                            "The address is not a mailbox of RFC 5321 4.1.2: write local@domain, "
                            "percent-encoded, such as sales%40example.org.");
  }
  read_cursor_parameter(parameters, read);
  if (auto problem = parameters.problem()) return std::move(*problem);
  return read;
}

std::variant<Question, http::Problem> read_client_question(const std::string& ip,
                                                           http::Parameters& parameters) {
  Question read;
  read.asked.role = Role::client;
  read_span(parameters, read.asked);
  if (const auto address = runtime::ip_of(ip)) {
    read.asked.address = runtime::unmapped(*address).to_string();
  } else {
    parameters.name_nothing("ip",
                            "The client is not an IP address: write 192.0.2.1 or 2001:db8::1, "
                            "whole and without brackets.");
  }
  read_cursor_parameter(parameters, read);
  if (auto problem = parameters.problem()) return std::move(*problem);
  return read;
}

}  // namespace waybill::query

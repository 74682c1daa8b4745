#include "query/events_question.h"

#include <algorithm>

#include "query/feed/filter.h"
#include "query/paging.h"
#include "query/question.h"
#include "query/search/shapes.h"
#include "runtime/ascii.h"
#include "runtime/network.h"
#include "schemas/address.h"

namespace waybill::query {
namespace {

namespace ascii = runtime::ascii;
using projector::EventCondition;
using projector::TermAsked;
using projector::TermOf;
using schemas::Address;

// Words of one parameter: a question is to be read by people.
constexpr std::size_t kMostWords = 50;

// As whom an address takes part, with the term of the whole address and that of its domain.
struct AddressRole {
  TermOf address;
  TermOf domain;
};
constexpr AddressRole kAlias{TermOf::alias, TermOf::domain};
constexpr AddressRole kSender{TermOf::sender, TermOf::sender_domain};
constexpr AddressRole kTarget{TermOf::target, TermOf::target_domain};

struct AddressParameter {
  const char* name;
  std::vector<AddressRole> roles;
};
// By commas outside of quotes, or by what else stands between.
std::vector<std::string> items_of(std::string_view text, char between = kEither) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\' && i + 1 < text.size()) out.back() += text[i++];
    if (text[i] == between && !quoted) {
      out.emplace_back();
    } else {
      out.back() += text[i];
    }
  }
  return out;
}

bool is_local_beginning(std::string_view text) {
  return !text.empty() && text.find_first_of("@*\"<> \t") == text.npos && !ascii::has_control(text);
}

// What one item of an address parameter is; what is none has neither.
struct Party {
  std::string whole;      // in lower case
  std::string beginning;  // of the local part, the same
  std::string domain;     // of either, or all of a domain
};

enum class MayBe { sender_alone, target_too, neither };

// Outside of quotes, where it is a letter.
std::size_t star_in(std::string_view item) {
  return item.starts_with('"') ? item.npos : item.find(kAnyEnding);
}

std::optional<Party> party_of(std::string_view item, MayBe may_be) {
  if (item == projector::kNullSender && may_be == MayBe::sender_alone) {
    return Party{std::string(projector::kNullSender), {}, {}};
  }
  const std::size_t star = star_in(item);
  if (star == item.npos) {
    const auto address = may_be == MayBe::target_too ? parse_target(item) : Address::parse(item);
    if (!address) return std::nullopt;
    return Party{ascii::lower(address->text()), {}, ascii::lower(address->domain())};
  }
  Party out;
  out.beginning = ascii::lower(item.substr(0, star));
  const std::string_view rest = item.substr(star + 1);
  if (!out.beginning.empty() && !is_local_beginning(out.beginning)) return std::nullopt;
  if (rest.empty() && !out.beginning.empty()) return out;
  if (!rest.starts_with('@')) return std::nullopt;
  auto domain = schemas::normalise_mail_domain(rest.substr(1));
  if (!domain) return std::nullopt;
  out.domain = std::move(*domain);
  return out;
}

MayBe may_be(const std::vector<AddressRole>& roles) {
  if (roles.size() == 1 && roles.front().address == TermOf::sender) return MayBe::sender_alone;
  return roles.back().address == TermOf::target ? MayBe::target_too : MayBe::neither;
}

// Without the quotes around it, and the backslashes in front of what is quoted.
std::string bare(std::string_view item) {
  const bool quoted = item.size() > 1 && item.front() == '"' && item.back() == '"';
  if (!quoted) return std::string(item);
  item = item.substr(1, item.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < item.size(); ++i) {
    if (item[i] == '\\' && i + 1 < item.size()) ++i;
    out += item[i];
  }
  return out;
}

class Reader {
 public:
  explicit Reader(http::Parameters& parameters) : parameters_(parameters) {}

  EventsSearch read() {
    read_words("kind", TermOf::kind, &event_kinds());
    read_words("class", TermOf::bounce_class, &feed::bounce_classes());
    read_further({.domain = true, .address = true});
    read_span();
    return std::move(out_);
  }

  // What readers of the log have too.
  EventsSearch read_further(AsLists lists) {
    if (lists.domain) read_domain();
    if (lists.address) read_addresses({"address", {kAlias, kSender, kTarget}});
    read_addresses({"alias", {kAlias}});
    read_addresses({"sender", {kSender}});
    read_addresses({"target", {kTarget}});
    read_addresses({"recipient", {kAlias, kTarget}});
    read_other_domain();
    read_next_hop();
    read_networks("client", {TermOf::client_ip});
    read_networks("ip", {TermOf::client_ip, TermOf::next_hop_ip});
    read_words("rule", TermOf::rule, nullptr);
    read_status();
    read_subject();
    read_word();
    return out_;
  }

 private:
  using Items = std::vector<std::string>;
  // Of each group one must be; empty: the parameter is not there, or wrong.
  std::vector<Items> groups(const char* name) {
    const auto text = parameters_.text(name);
    if (!text) return {};
    std::vector<Items> out;
    std::size_t words = 0;
    for (const std::string& any_of : items_of(*text, kBoth)) {
      out.push_back(items_of(any_of));
      words += out.back().size();
    }
    if (words <= kMostWords) return out;
    too_many(name);
    return {};
  }

  // What is looked at goes on record, each by itself.
  void look_at(const char* name, std::string subject) {
    if (out_.subjects.size() == kMostWords) return too_many(name);
    out_.subjects.push_back(std::move(subject));
  }

  void too_many(const char* name) {
    parameters_.conflict(name, "More than " + std::to_string(kMostWords) +
                                   " words or names, at \"" + std::string(name) +
                                   "\": ask in several questions.");
  }

  // What is said twice is one.
  void add(EventCondition condition) {
    std::vector<TermAsked> once;
    for (TermAsked& asked : condition.any_of) {
      if (std::find(once.begin(), once.end(), asked) == once.end())
        once.push_back(std::move(asked));
    }
    condition.any_of = std::move(once);
    auto& all_of = out_.question.wanted.all_of;
    const bool is_new = std::find(all_of.begin(), all_of.end(), condition) == all_of.end();
    if (!condition.any_of.empty() && is_new) all_of.push_back(std::move(condition));
  }

  void read_domain() {
    const auto all_of = groups("domain");
    for (const Items& any_of : all_of) {
      EventCondition condition;
      for (const std::string& item : any_of) {
        auto domain = schemas::normalise_domain(item);
        if (!domain) {
          return parameters_.name_nothing("domain", "The domain is none: write example.org.");
        }
        look_at("domain", *domain);
        condition.any_of.push_back({TermOf::domain, std::move(*domain)});
      }
      add(std::move(condition));
    }
    if (all_of.size() == 1 && all_of.front().size() == 1)
      out_.domain = out_.question.wanted.all_of.back().any_of.front().text;
  }

  void read_addresses(const AddressParameter& parameter) {
    const auto text = parameters_.text(parameter.name);
    if (!text) return;
    const auto all_of = items_of(*text, kBoth);
    if (all_of.size() > kMostWords) return too_many(parameter.name);
    for (const std::string& any_of : all_of) read_either(parameter, any_of);
  }

  // Addresses, or all that begin so. Their domains lead to the events, where each has one.
  void read_either(const AddressParameter& parameter, const std::string& text) {
    EventCondition addresses, domains;
    bool all_have_domains = true;
    const auto any_of = items_of(text);
    if (any_of.size() > kMostWords) return too_many(parameter.name);
    for (const std::string& item : any_of) {
      const auto party = party_of(item, may_be(parameter.roles));
      if (!party) {
        return parameters_.name_nothing(
            parameter.name,
            "\"" + item +
                "\" is no address: write local@domain, the beginning of one with a * "
                "(sales-*@example.org), or all of a domain (*@example.org).");
      }
      look_at(parameter.name, party->whole.empty() ? item : party->whole);
      all_have_domains = all_have_domains && !party->domain.empty();
      for (const AddressRole& role : parameter.roles) {
        if (!party->domain.empty()) domains.any_of.push_back({role.domain, party->domain});
        if (!party->whole.empty()) {
          addresses.any_of.push_back({role.address, party->whole});
        } else if (!party->beginning.empty()) {
          addresses.any_of.push_back({role.address, party->beginning, true, party->domain});
        } else {
          addresses.any_of.push_back({role.domain, party->domain});
        }
      }
    }
    if (all_have_domains) add(std::move(domains));
    add(std::move(addresses));
  }

  // Of whom mail came from or went to, or of the next hop.
  void read_other_domain() {
    for (const Items& any_of : groups("other_domain")) {
      EventCondition condition;
      for (const std::string& item : any_of) {
        auto domain = schemas::normalise_mail_domain(item);
        if (!domain) {
          return parameters_.name_nothing("other_domain", "The domain is none: write example.org.");
        }
        look_at("other_domain", *domain);
        condition.any_of.push_back({TermOf::sender_domain, *domain});
        condition.any_of.push_back({TermOf::target_domain, *domain});
        condition.any_of.push_back({TermOf::next_hop, *domain});
        // One that was ours.
        condition.any_of.push_back({TermOf::domain, *domain});
      }
      add(std::move(condition));
    }
  }

  // One address, or all of a network. False: the item is neither.
  bool take_network(const char* name, const std::string& item, const std::vector<TermOf>& sides,
                    EventCondition& condition) {
    const auto network = runtime::network_of(search::without_brackets(item));
    if (!network) return false;
    TermAsked asked{sides.front(), runtime::to_string(*network)};
    if (!network->is_single()) asked.network = *network;
    look_at(name, asked.text);
    for (const TermOf side : sides) {
      asked.of = side;
      condition.any_of.push_back(asked);
    }
    return true;
  }

  void read_next_hop() {
    for (const Items& any_of : groups("next_hop")) {
      EventCondition condition;
      for (const std::string& item : any_of) {
        if (take_network("next_hop", item, {TermOf::next_hop_ip}, condition)) continue;
        const auto host = schemas::normalise_mail_domain(item);
        if (!host) {
          return parameters_.name_nothing(
              "next_hop",
              "\"" + item + "\" is no host: write its name, its IP address, or a network.");
        }
        condition.any_of.push_back({TermOf::next_hop, *host});
      }
      add(std::move(condition));
    }
  }

  void read_networks(const char* name, const std::vector<TermOf>& sides) {
    for (const Items& any_of : groups(name)) {
      EventCondition condition;
      for (const std::string& item : any_of) {
        if (take_network(name, item, sides, condition)) continue;
        return parameters_.name_nothing(
            name, "\"" + item +
                      "\" is no IP address and no network: write 192.0.2.1, 2001:db8::1, or "
                      "192.0.2.0/24 with no bit set behind its prefix.");
      }
      add(std::move(condition));
    }
  }

  // Each has them apart, those that an event has and those that it has not.
  struct Words {
    EventCondition with{false, {}};
    EventCondition without{true, {}};
  };
  static std::string put_side(std::string_view item, Words& words, EventCondition*& side) {
    const bool is_without = item.starts_with(kWithout);
    side = is_without ? &words.without : &words.with;
    return bare(is_without ? item.substr(1) : item);
  }

  // `known`: null where any word is one.
  void read_words(const char* name, TermOf of, const std::vector<std::string>* known) {
    for (const Items& any_of : groups(name)) {
      Words words;
      for (const std::string& item : any_of) {
        EventCondition* side = nullptr;
        const std::string word = put_side(item, words, side);
        const bool is_known =
            known == nullptr || std::find(known->begin(), known->end(), word) != known->end();
        if (word.empty() || !is_known) return refuse_word(name, word, known);
        side->any_of.push_back({of, word});
      }
      add(std::move(words.with));
      add(std::move(words.without));
    }
  }

  void refuse_word(const char* name, const std::string& word,
                   const std::vector<std::string>* known) {
    std::string words = "\"" + word + "\" is no word of \"" + std::string(name) + "\"";
    if (known != nullptr) {
      words += "; there are:";
      for (const std::string& one : *known) words += " " + one;
    }
    parameters_.name_nothing(name, words + ".");
  }

  // "550", "5xx", "5.1.1", "5.x".
  static std::optional<TermAsked> status_of(std::string_view text) {
    const bool digit = !text.empty() && text.front() >= '3' && text.front() <= '5';
    if (!digit) return std::nullopt;
    const std::string first(text.substr(0, 1));
    if (text.substr(1) == "xx") return TermAsked{TermOf::reply_code, first};
    if (text.substr(1) == ".x") return TermAsked{TermOf::status, first};
    const bool numbers = std::all_of(text.begin(), text.end(),
                                     [](char c) { return ascii::is_digit(c) || c == '.'; });
    if (!numbers) return std::nullopt;
    const auto dots = std::count(text.begin(), text.end(), '.');
    if (dots == 0 && text.size() == 3) return TermAsked{TermOf::reply_code, std::string(text)};
    if (dots == 2 && !text.ends_with('.')) return TermAsked{TermOf::status, std::string(text)};
    return std::nullopt;
  }

  void read_status() {
    for (const Items& any_of : groups("status")) {
      Words words;
      for (const std::string& item : any_of) {
        EventCondition* side = nullptr;
        const std::string text = put_side(item, words, side);
        auto asked = status_of(text);
        if (!asked) {
          return parameters_.name_nothing(
              "status",
              "\"" + text +
                  "\" is no code of a failure: write 550, 5xx, 5.1.1 or 5.x; of what went "
                  "well the kind says it (kind=forwarded).");
        }
        side->any_of.push_back(std::move(*asked));
      }
      add(std::move(words.with));
      add(std::move(words.without));
    }
  }

  void read_subject() {
    for (const Items& any_of : groups("subject")) read_phrases(any_of);
  }

  // One of several phrases is led to by the first words of each.
  void read_phrases(const Items& any_of) {
    EventCondition first;
    std::vector<projector::Phrase> phrases;
    for (const std::string& item : any_of) {
      auto words = projector::words_of_subject(bare(item), projector::kMaxSubjectWords + 1);
      if (words.empty()) {
        return parameters_.name_nothing("subject",
                                        "There is no word in it: write \"subject=order\".");
      }
      if (words.size() > projector::kMaxSubjectWords) {
        return parameters_.conflict("subject", "Of a subject the first " +
                                                   std::to_string(projector::kMaxSubjectWords) +
                                                   " words are known: ask for fewer.");
      }
      first.any_of.push_back({TermOf::subject, words.front()});
      phrases.push_back(std::move(words));
    }
    if (phrases.size() == 1) {
      for (const std::string& word : phrases.front()) add({false, {{TermOf::subject, word}}});
    } else {
      add(std::move(first));
    }
    out_.question.wanted.phrases.push_back(std::move(phrases));
  }

  // How an alias begins, or a word of the subject.
  void read_word() {
    for (const Items& any_of : groups("word")) {
      EventCondition condition;
      for (const std::string& item : any_of) {
        const std::string word = ascii::lower(bare(item));
        const auto words = projector::words_of_subject(word, 2);
        if (words.size() != 1 || words.front() != word) {
          return parameters_.name_nothing(
              "word", "\"" + word + "\" is not one word: letters and digits alone.");
        }
        look_at("word", word + kAnyEnding);
        condition.any_of.push_back({TermOf::alias, word, true});
        condition.any_of.push_back({TermOf::subject, word});
      }
      add(std::move(condition));
    }
  }

  void read_span() {
    projector::EventsQuestion& question = out_.question;
    projector::EventsWanted& wanted = question.wanted;
    wanted.from = parameters_.time("from");
    wanted.to = parameters_.time("to");
    if (wanted.from && wanted.to && *wanted.from >= *wanted.to) {
      parameters_.conflict("to", "\"to\" must be later than \"from\": from is in, to is not.");
    }
    question.limit = parameters_.number("limit", 1, projector::kMaxPage).value_or(kDefaultPage);
    const auto cursor = parameters_.text("cursor");
    if (!cursor) return;
    auto place = read_events_cursor(*cursor, text_of(question.wanted));
    if (place) {
      out_.after = std::move(*place);
    } else {
      refuse_cursor(parameters_, *cursor, place.error());
    }
  }

  http::Parameters& parameters_;
  EventsSearch out_;
};

bool leads_somewhere(const projector::EventsWanted& wanted) {
  return std::any_of(wanted.all_of.begin(), wanted.all_of.end(), projector::leads);
}

void put(std::string& out, std::string_view text) {
  out += std::to_string(text.size()) + ":";
  out += text;
}

}  // namespace

std::string listed(std::string_view word) {
  const bool is_plain = word.find_first_of(",;\"\\") == word.npos && !word.starts_with(kWithout);
  if (is_plain) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string text_of(const projector::EventsWanted& wanted) {
  std::string out;
  for (const EventCondition& condition : wanted.all_of) {
    out += condition.is_not ? "!" : "=";
    for (const TermAsked& asked : condition.any_of) {
      out += static_cast<char>(asked.of);
      out += asked.beginning ? '*' : '.';
      put(out, asked.text);
      put(out, asked.at_domain);
    }
  }
  for (const auto& phrases : wanted.phrases) {
    out += ';';
    for (const projector::Phrase& phrase : phrases) {
      out += '"';
      for (const std::string& word : phrase) put(out, word);
    }
  }
  for (const auto& time : {wanted.from, wanted.to}) {
    put(out, time ? std::to_string(schemas::nanoseconds(*time)) : std::string());
  }
  return out;
}

FurtherConditions read_further_conditions(http::Parameters& parameters, AsLists lists) {
  EventsSearch read = Reader(parameters).read_further(lists);
  return {std::move(read.question.wanted), std::move(read.subjects)};
}

std::variant<EventsSearch, http::Problem> read_events_search(http::Parameters& parameters) {
  EventsSearch out = Reader(parameters).read();
  if (auto problem = parameters.problem()) return std::move(*problem);
  if (leads_somewhere(out.question.wanted)) return out;
  http::Problem none = http::problem_of(
      409, "no_index",
      "Nothing here leads to events: name a kind, a domain, a next hop, a rule, a status, a class "
      "of reports, words of a subject, or an address with its domain. What is left out (-) and the "
      "beginning of an address without a domain only narrow.");
  return none;
}

}  // namespace waybill::query

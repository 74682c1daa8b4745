#include "tools/doctor/lists.h"

#include <algorithm>

#include "relay/door/client_look.h"
#include "runtime/scope.h"

namespace waybill::tools::doctor {

using relay::door::AnswerPattern;
using relay::door::DnsList;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Task;
using runtime::dns::Answer;
using runtime::dns::Resolver;

namespace {

Task<void> ask(Resolver& resolver, ListFacts& facts, Instant deadline) {
  const auto of = [&](const char* address) {
    return relay::door::list_question(*runtime::ip_of(address), facts.list.zone);
  };
  facts.of_listed = co_await resolver.a(of("127.0.0.2"), deadline);
  facts.of_unlisted = co_await resolver.a(of("127.0.0.1"), deadline);
}

bool lists(const DnsList& list, const Answer<IpAddress>& answer) {
  return std::any_of(answer.records.begin(), answer.records.end(), [&](const IpAddress& record) {
    return std::any_of(list.listings.begin(), list.listings.end(),
                       [&](const AnswerPattern& pattern) { return pattern.holds(record); });
  });
}

Finding judge(const ListFacts& facts) {
  const std::string& zone = facts.list.zone;
  if (!facts.of_listed || !facts.of_unlisted) {
    const auto& error = !facts.of_listed ? facts.of_listed.error() : facts.of_unlisted.error();
    return {Severity::warning, zone, "gives no answer: " + error.message(),
            "Until it does it counts for nothing. If it is gone, take it out of [door]."};
  }
  if (lists(facts.list, *facts.of_unlisted)) {
    return {Severity::wrong, zone, "names 127.0.0.1, and so the whole world: it is gone or broken",
            "Take it out of [door]: it refuses honest mail."};
  }
  if (lists(facts.list, *facts.of_listed)) return {Severity::fine, zone, "tells", ""};
  const auto& records = facts.of_listed->records;
  if (records.empty()) {
    return {Severity::warning, zone, "does not name 127.0.0.2, as every list of addresses does",
            "It may be no such list, or be gone: see what it says of itself."};
  }
  return {Severity::warning, zone,
          "answers " + records.front().to_string() +
              " for 127.0.0.2, which is no listing by its `answers`",
          "Lists say so that they do not serve a public name server, or ask to be paid: use a name "
          "server of your own (dns.servers). Or set `answers`."};
}

}  // namespace

Task<void> look_at_lists(Resolver& resolver, std::vector<ListFacts>& all, Instant deadline) {
  runtime::Scope scope(co_await boost::asio::this_coro::executor);
  for (ListFacts& one : all) scope.spawn("ask a list", ask(resolver, one, deadline));
  co_await scope.join();
}

Findings judge_lists(const std::vector<ListFacts>& all) {
  Findings out;
  for (const ListFacts& one : all) out.push_back(judge(one));
  return out;
}

}  // namespace waybill::tools::doctor

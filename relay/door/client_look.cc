#include "relay/door/client_look.h"

#include <algorithm>

#include "runtime/dns/reverse_name.h"
#include "runtime/log.h"
#include "runtime/network.h"

namespace waybill::relay::door {

using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Task;

void ListHealth::answered(const Asked& asked) {
  const auto found = silent_.find(asked);
  if (found == silent_.end()) return;
  if (found->second >= kSilentLooks) {
    runtime::log(runtime::Level::info, "relay", "a DNS list answers again", {{"list", asked.zone}});
  }
  silent_.erase(found);
}

void ListHealth::silent(const Asked& asked) {
  if (++silent_[asked] != kSilentLooks) return;
  runtime::log(runtime::Level::warn, "relay",
               "a DNS list does not answer: mail waits for it no more", {{"list", asked.zone}});
}

bool ListHealth::waited_for(const Asked& asked) const {
  const auto found = silent_.find(asked);
  return found == silent_.end() || found->second < kSilentLooks;
}

std::string list_question(const IpAddress& client, std::string_view zone) {
  const std::string reverse = runtime::dns::reverse_name(client);
  const std::string_view suffix = runtime::unmapped(client).is_v4() ? "in-addr.arpa" : "ip6.arpa";
  return reverse.substr(0, reverse.size() - suffix.size()).append(zone);
}

struct ClientLook::State {
  State(LookParts p, IpAddress c) : parts(p), client(std::move(c)) {}

  LookParts parts;
  IpAddress client;
  Instant deadline{};
  ClientFacts facts{};
  std::size_t waited_for = 0;  // questions
  bool over = false;           // facts were taken: what comes now is too late
  std::optional<runtime::OneShot<bool>> waiter{};

  void wake() {
    if (!waiter) return;
    const auto waiting = *waiter;
    waiter.reset();
    waiting.give(true);
  }
  void ended(bool was_waited_for) {
    if (was_waited_for && --waited_for == 0) wake();
  }
};

ClientLook::ClientLook(LookParts parts, IpAddress client)
    : state_(std::make_shared<State>(parts, runtime::unmapped(client))) {
  state_->deadline = parts.clock.now() + kLookTimeout;
  for (const DnsList& list : parts.settings.lists) {
    const bool waited_for = parts.health.waited_for({list.zone, state_->client.is_v6()});
    state_->waited_for += waited_for ? 1 : 0;
    parts.scope.spawn("DNS list", look_up_list(state_, list, waited_for));
  }
  if (parts.settings.reverse_dns != ReverseDns::off) {
    ++state_->waited_for;
    parts.scope.spawn("client's names", look_up_names(state_));
  }
}

ClientLook::~ClientLook() { state_->over = true; }

Task<void> ClientLook::look_up_list(std::shared_ptr<State> state, const DnsList& list,
                                    bool waited_for) {
  const Instant began = state->parts.clock.now();
  const auto answer =
      co_await state->parts.resolver.a(list_question(state->client, list.zone), state->deadline);
  const ListHealth::Asked asked{list.zone, state->client.is_v6()};
  if (answer || answer.error() == Errc::corrupt) {
    state->parts.health.answered(asked);
  } else if (state->parts.clock.now() - began >= kSilence) {
    state->parts.health.silent(asked);
  }
  if (answer && !state->over) {
    for (const IpAddress& record : answer->records) {
      const bool listed =
          std::any_of(list.listings.begin(), list.listings.end(),
                      [&](const AnswerPattern& pattern) { return pattern.holds(record); });
      if (!listed) continue;
      state->facts.listings.push_back({list.zone, runtime::ip_text(record), list.weight});
      break;
    }
  }
  state->ended(waited_for);
}

// ClientName of one name: confirmed, unconfirmed, or unknown.
Task<ClientName> ClientLook::leads_back(std::shared_ptr<State> state, std::string name) {
  runtime::dns::Resolver& resolver = state->parts.resolver;
  runtime::Result<runtime::dns::Answer<IpAddress>> answer;
  if (state->client.is_v4()) {
    answer = co_await resolver.a(std::move(name), state->deadline);
  } else {
    answer = co_await resolver.aaaa(std::move(name), state->deadline);
  }
  if (!answer)
    co_return runtime::dns::may_pass(answer.error()) ? ClientName::unknown
                                                     : ClientName::unconfirmed;
  const auto& found = answer->records;
  const bool back = std::find(found.begin(), found.end(), state->client) != found.end();
  co_return back ? ClientName::confirmed : ClientName::unconfirmed;
}

// RFC 8601 2.7.3 (iprev).
Task<void> ClientLook::look_up_names(std::shared_ptr<State> state) {
  ClientFacts found;
  found.name_is = ClientName::unknown;
  auto names = co_await state->parts.resolver.ptr(state->client, state->deadline);
  if (!names && !runtime::dns::may_pass(names.error())) found.name_is = ClientName::none;
  if (names) {
    found.name_is = names->records.empty() ? ClientName::none : ClientName::unconfirmed;
    if (names->records.size() > kMaxClientNames) names->records.resize(kMaxClientNames);
    for (const std::string& name : names->records) {
      if (found.name.empty()) found.name = name;
      const ClientName is = co_await leads_back(state, name);
      if (is == ClientName::unconfirmed) continue;
      found.name_is = is;
      if (is == ClientName::unknown) continue;
      found.name = name;
      break;
    }
  }
  if (!state->over) {
    state->facts.name_is = found.name_is;
    state->facts.name = std::move(found.name);
  }
  state->ended(true);
}

Task<const ClientFacts*> ClientLook::facts() {
  // Every question ends by its deadline.
  if (state_->waited_for > 0) {
    const runtime::OneShot<bool> all_here;
    state_->waiter = all_here;
    co_await all_here.wait();
  }
  state_->over = true;
  if (state_->facts.name_is == ClientName::not_asked &&
      state_->parts.settings.reverse_dns != ReverseDns::off) {
    state_->facts.name_is = ClientName::unknown;
  }
  // In the order of the configuration, whoever came first.
  const auto& lists = state_->parts.settings.lists;
  const auto place = [&](const Listing& listing) {
    return std::find_if(lists.begin(), lists.end(),
                        [&](const DnsList& list) { return list.zone == listing.zone; });
  };
  std::stable_sort(state_->facts.listings.begin(), state_->facts.listings.end(),
                   [&](const Listing& a, const Listing& b) { return place(a) < place(b); });
  co_return &state_->facts;
}

}  // namespace waybill::relay::door

#include "control/routes.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "control/refusals.h"
#include "http/parameters.h"
#include "ingest/recorder.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"
#include "schemas/address.h"
#include "schemas/utf8.h"

namespace waybill::control {

namespace json = boost::json;
using http::Problem;
using http::Request;
using http::Response;
using schemas::Scope;

namespace {

constexpr std::chrono::seconds kRecordRetry{10};

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    list.remove_prefix(comma + 1);
  }
}

// Of UTF-8: octets that begin one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string_view state_word(const TokenState& token, runtime::WallTime now) {
  if (token.revoked_at) return "revoked";
  return token.is_over(now) ? "expired" : "active";
}

json::object shown(const TokenState& token, runtime::WallTime now) {
  json::object out;
  out["id"] = token.id;
  out["name"] = token.name;
  out["state"] = state_word(token, now);
  json::array scopes;
  for (const std::string& word : token.scopes.words()) scopes.emplace_back(word);
  out["scopes"] = std::move(scopes);
  out["all_domains"] = token.sight.is_all();
  json::array domains;
  for (const std::string& domain : token.sight.domains()) domains.emplace_back(domain);
  out["domains"] = std::move(domains);
  out["created_at"] = schemas::rfc3339(token.created_at);
  if (token.expires_at) out["expires_at"] = schemas::rfc3339(*token.expires_at);
  if (token.revoked_at) out["revoked_at"] = schemas::rfc3339(*token.revoked_at);
  if (!token.earlier_digest.empty() && now < token.earlier_until) {
    out["earlier_until"] = schemas::rfc3339(token.earlier_until);
  }
  return out;
}

Response with_body(json::object object, unsigned status = 200) {
  Response out;
  out.status = status;
  out.body = json::serialize(object);
  // Nobody keeps what it says: it may hold a secret (RFC 9111 5.2.2.5).
  out.fields.emplace_back("Cache-Control", "no-store");
  return out;
}

Problem beyond_yours(std::string detail) {
  return http::problem_of(403, "beyond_yours", std::move(detail));
}

class Control {
 public:
  explicit Control(ControlParts parts)
      : parts_(std::move(parts)),
        chance_(runtime::system_chance()),
        recorder_(*parts_.log, *parts_.clock, *chance_, parts_.node) {}

  http::Plan tokens(const std::shared_ptr<Control>& self, const Request& request) {
    if (auto refused = not_yet()) return to_response(*refused);
    if (request.method == "POST") return create(self, request);
    http::Parameters parameters(request);
    if (const auto problem = parameters.problem()) return to_response(*problem);
    json::array list;
    const auto now = parts_.clock->wall();
    for (const TokenState& token : parts_.tokens->all()) {
      if (request.asker->sight.covers(token.sight)) list.emplace_back(shown(token, now));
    }
    json::object out;
    out["tokens"] = std::move(list);
    return with_body(std::move(out));
  }

  http::Plan token(const std::shared_ptr<Control>& self, const Request& request) {
    if (auto refused = not_yet()) return to_response(*refused);
    http::Parameters parameters(request);
    if (const auto problem = parameters.problem()) return to_response(*problem);
    const auto token = find(request);
    if (!token) return to_response(no_such());
    if (request.method != "DELETE") return with_body(shown(*token, parts_.clock->wall()));
    // What is gone is gone: who asks twice is told the same.
    if (token->revoked_at) return with_body(shown(*token, parts_.clock->wall()));
    return deed(self, revoke_token(*token, parts_.clock->wall(), request.asker->text()), 200);
  }

  http::Plan rotate(const std::shared_ptr<Control>& self, const Request& request) {
    if (auto refused = not_yet()) return to_response(*refused);
    constexpr auto kMost = static_cast<std::size_t>(std::chrono::seconds(kMostOverlap).count());
    http::Parameters parameters(request);
    const std::chrono::seconds overlap(parameters.number("overlap", 0, kMost).value_or(0));
    if (const auto problem = parameters.problem()) return to_response(*problem);
    const auto token = find(request);
    if (!token) return to_response(no_such());
    const auto now = parts_.clock->wall();
    if (token->is_over(now)) {
      return to_response(http::problem_of(
          409, "token_over",
          "The token is " + std::string(state_word(*token, now)) + ": make another one."));
    }
    if (!request.asker->scopes.has_all(token->scopes)) {
      return to_response(beyond_yours("The token may do what you may not: ask who made it."));
    }
    return deed(self, rotate_token(*token, overlap, now, *chance_, request.asker->text()), 200);
  }

 private:
  std::optional<Problem> not_yet() const {
    if (parts_.tokens->whole()) return std::nullopt;
    return tokens_unread();
  }

  static Problem no_such() { return http::not_found("There is no such token."); }

  std::optional<TokenState> find(const Request& request) const {
    auto token = parts_.tokens->find(request.captured[0]);
    if (token && !request.asker->sight.covers(token->sight)) token.reset();
    return token;
  }

  http::Plan create(const std::shared_ptr<Control>& self, const Request& request) {
    http::Parameters parameters(request);
    const TokenWish wish = read_wish(parameters);
    if (const auto problem = parameters.problem()) return to_response(*problem);
    if (!request.asker->scopes.has_all(wish.scopes)) {
      return to_response(beyond_yours("You give scopes that you have not."));
    }
    if (!request.asker->sight.covers(wish.sight)) {
      return to_response(beyond_yours("You give domains that are not yours to give."));
    }
    const auto& until = request.asker->until;
    const bool is_token = request.asker->kind == schemas::Principal::Kind::token;
    if (is_token && until && (!wish.expires_at || *wish.expires_at > *until)) {
      return to_response(beyond_yours("It would outlive the token that makes it."));
    }
    return deed(self, create_token(wish, parts_.clock->wall(), *chance_, request.asker->text()),
                201);
  }

  TokenWish read_wish(http::Parameters& parameters) const {
    TokenWish wish;
    wish.name = parameters.text("name").value_or("");
    if (wish.name.empty() || characters(wish.name) > kMostName) {
      parameters.refuse("name", "\"name\" is what people call the token: 1 to " +
                                    std::to_string(kMostName) + " characters.");
    }
    auto words = parameters.list("scope");
    if (words.empty()) words.emplace_back("history");
    const auto scopes = schemas::Scopes::of_words(words);
    if (scopes) {
      wish.scopes = *scopes;
    } else {
      parameters.refuse("scope",
                        "\"scope\" is a list such as history,feed: " + scopes.error().why + ".");
    }
    read_domains(parameters, wish);
    wish.expires_at = parameters.time("expires");
    if (wish.expires_at && *wish.expires_at <= parts_.clock->wall()) {
      parameters.refuse("expires", "\"expires\" lies in the past.");
    }
    return wish;
  }

  // One that sees everything says so: nobody gives it by leaving something out.
  static void read_domains(http::Parameters& parameters, TokenWish& wish) {
    const auto text = parameters.text("domain");
    if (text == "all") {
      wish.sight = schemas::Sight::all();
      return;
    }
    std::set<std::string, std::less<>> domains;
    for (const std::string& one : split(text.value_or(""))) {
      auto domain = schemas::normalise_domain(one);
      if (!domain) {
        parameters.refuse("domain", "\"domain\" is \"all\", or domains joined by commas.");
        return;
      }
      domains.insert(std::move(*domain));
    }
    if (domains.size() > kMostDomains) {
      parameters.refuse("domain", "A token is for " + std::to_string(kMostDomains) +
                                      " domains at most, or for all.");
    }
    wish.sight = schemas::Sight::of(std::move(domains));
  }

  static http::Plan deed(std::shared_ptr<Control> self, TokenChange change, unsigned status) {
    const auto shared = std::make_shared<TokenChange>(std::move(change));
    return http::Deed{
        [self = std::move(self), shared, status] { return self->carry_out(*shared, status); }};
  }

  // One after another for each token, so that none is undone by one that did not know of it.
  runtime::Task<Response> carry_out(TokenChange& change, unsigned status) {
    const std::string id = change.after.id;
    if (!begin_change(change.after)) {
      co_return to_response(http::problem_of(
          409, "changing", "Somebody changes this token at this moment: look at it again."));
    }
    std::vector<schemas::Event> events;
    events.push_back(change.event);
    const auto recorded = co_await recorder_.record(std::move(events));
    if (recorded) (void)parts_.tokens->take(change.event);
    end_change(id);
    if (!recorded) {
      Problem out = http::problem_of(503, "not_on_record",
                                     "The change cannot be put on record (" +
                                         recorded.error().message() + "): nothing was changed.");
      out.retry_after = kRecordRetry;
      co_return to_response(out);
    }
    json::object out = shown(change.after, parts_.clock->wall());
    if (!change.text.empty()) out["token"] = change.text;
    Response response = with_body(std::move(out), status);
    response.is_on_record = true;
    co_return response;
  }

  // False: the token is being changed, or is not any more what the change was made from.
  bool begin_change(const TokenState& after) {
    const runtime::MutexLock lock(mutex_);
    const auto known = parts_.tokens->find(after.id);
    const std::uint64_t before = known ? known->version : 0;
    return before + 1 == after.version && under_way_.insert(after.id).second;
  }
  void end_change(const std::string& id) {
    const runtime::MutexLock lock(mutex_);
    under_way_.erase(id);
  }

  const ControlParts parts_;
  const std::unique_ptr<runtime::Chance> chance_;
  ingest::Recorder recorder_;
  runtime::Mutex mutex_;
  std::set<std::string> under_way_ WAYBILL_GUARDED_BY(mutex_);  // ids
};

}  // namespace

void add_routes(http::Router& router, ControlParts parts) {
  const auto control = std::make_shared<Control>(std::move(parts));
  router.add(
      "/v1/tokens", Scope::control,
      [control](const Request& request) { return control->tokens(control, request); },
      "GET, HEAD, POST");
  router.add(
      "/v1/tokens/{id}", Scope::control,
      [control](const Request& request) { return control->token(control, request); },
      "GET, HEAD, DELETE");
  router.add(
      "/v1/tokens/{id}/rotate", Scope::control,
      [control](const Request& request) { return control->rotate(control, request); }, "POST");
}

}  // namespace waybill::control

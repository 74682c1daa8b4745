#include "tools/doctor/process.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "runtime/http_client.h"
#include "schemas/json_members.h"
#include "tools/doctor/nodes.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

namespace json = boost::json;
using runtime::Errc;

namespace {

// It answers from memory.
constexpr std::chrono::seconds kTimeout{3};
constexpr unsigned kOk = 200;
constexpr unsigned kUnavailable = 503;

json::object object_of(const std::string& text) {
  boost::system::error_code wrong;
  json::value value = json::parse(text, wrong);
  return !wrong && value.is_object() ? std::move(value.as_object()) : json::object();
}

Finding judge_failure(const std::string& at, const runtime::Error& error) {
  if (error == Errc::refused) {
    return {Severity::note, at, "no waybill runs here", ""};
  }
  if (error == Errc::closed || error == Errc::limit_exceeded) {
    return {Severity::wrong, at, "something answers there that is no waybill",
            "See who has that port, or set http.listen."};
  }
  return {Severity::wrong, at, "does not answer: " + error.message(),
          "See its log lines; if it hangs, restart it."};
}

}  // namespace

ProcessFacts look_at_process(const app::Config& config) {
  const std::string at = to_string(config.http_listen);
  return {at, runtime::http_get("http://" + at, "/readyz", kTimeout)};
}

Findings judge_process(const ProcessFacts& facts) {
  if (!facts.ready) return {judge_failure(facts.at, facts.ready.error())};
  const json::object said = object_of(facts.ready->body);
  const auto lag = schemas::number_member(said, "lag");
  const auto backlog = schemas::number_member(said, "backlog");
  const json::value* const why = said.if_contains("detail");
  if (facts.ready->status == kUnavailable && why != nullptr && why->is_string()) {
    return {{Severity::wrong, facts.at, "is not ready: " + std::string(why->as_string()),
             "Its log lines say more."}};
  }
  if (facts.ready->status != kOk || (!lag && !backlog)) {
    return {judge_failure(facts.at, make_error_code(Errc::closed))};
  }
  const std::uint64_t missing = lag ? *lag : *backlog;
  const std::string how_far =
      plural(missing, "event", "events") + (lag ? " not yet in the views" : " not yet in the log");
  if (missing > kMostBehind) {
    return {{Severity::warning, facts.at, "is ready, and has " + how_far,
             "Wait if it has just started; else its log lines or the brokers' say why."}};
  }
  if (why != nullptr && why->is_string()) {
    return {{Severity::warning, facts.at, "is ready, and says: " + std::string(why->as_string()),
             "docs/operating.md, \"Ready, with a detail\"."}};
  }
  return {{Severity::fine, facts.at, "ready, " + how_far, ""}};
}

}  // namespace waybill::tools::doctor

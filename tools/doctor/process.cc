#include "tools/doctor/process.h"

#include <fcntl.h>
#include <unistd.h>

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

// The process that has this file locked, as RocksDB locks a store that is open (fcntl(2)).
std::optional<pid_t> holder_of(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool asked = ::fcntl(descriptor, F_GETLK, &lock) == 0;
  ::close(descriptor);
  // 0: in a container, where its number is none of ours.
  if (!asked || lock.l_type == F_UNLCK || lock.l_pid <= 0) return std::nullopt;
  return lock.l_pid;
}

// Root is a note and no warning: in a container it may be less than a user is elsewhere.
Finding judge_known(const runtime::Privileges& own) {
  constexpr char kSubject[] = "process";
  const std::uint64_t beyond = own.capabilities & ~runtime::kBindLowPorts;
  const bool low_ports = (own.capabilities & runtime::kBindLowPorts) != 0;
  if (own.user == 0) {
    return {Severity::note, kSubject, "runs as root: a fault in it is the machine's",
            "Start it by waybill.service, or set server.user."};
  }
  if (beyond != 0) {
    return {
        Severity::note, kSubject,
        "runs as " + runtime::user_name(own.user) + ", with capabilities that it has no use for",
        "Leave it CAP_NET_BIND_SERVICE at most; capsh --decode says which it has."};
  }
  return {Severity::fine, kSubject,
          "runs as " + runtime::user_name(own.user) +
              (low_ports ? ", may bind ports below 1024" : ", with no capability") +
              (own.may_gain ? "" : " and no way to gain one"),
          ""};
}

}  // namespace

ProcessFacts look_at_process(const app::Config& config) {
  const std::string at = to_string(config.http_listen);
  ProcessFacts out{at, runtime::http_get("http://" + at, "/readyz", kTimeout)};
  if (const auto process = holder_of(config.data_dir + "/journal/LOCK")) {
    out.privileges = runtime::privileges_of(*process);
  }
  return out;
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

Findings judge_privileges(const ProcessFacts& facts) {
  if (!facts.privileges) return {};
  return {judge_known(*facts.privileges)};
}

}  // namespace waybill::tools::doctor

#include "tests/support/transcript_world.h"

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "relay/refusals.h"
#include "relay/session.h"
#include "relay/spam/rspamd_words.h"
#include "runtime/log.h"
#include "tests/support/event_line.h"
#include "tests/support/return_path.h"
#include "tests/support/routes.h"
#include "tests/support/transcript_routes.h"

namespace waybill::tests {

using relay::returnpath::TokenFacts;
using relay::returnpath::TurnHolder;
using runtime::Endpoint;
using runtime::Errc;
using runtime::Instant;
using runtime::Result;
using runtime::Task;
using schemas::Event;
using schemas::ReturnPath;

namespace {

constexpr std::chrono::milliseconds kSync{1};

class ClientConnection final : public runtime::Connection {
 public:
  ClientConnection(VirtualClock& clock, std::shared_ptr<ClientWire> wire, Note note, Endpoint from,
                   runtime::Executor executor)
      : clock_(clock),
        wire_(std::move(wire)),
        note_(std::move(note)),
        remote_(std::move(from)),
        executor_(std::move(executor)) {}
  ~ClientConnection() override { close(); }

  Task<Result<std::size_t>> read_some(std::span<char> into, Instant deadline) override {
    while (wire_->arrived.empty()) {
      if (wire_->closed_by_us || wire_->closed_by_client) co_return make_error_code(Errc::closed);
      if (clock_.now() >= deadline) co_return make_error_code(Errc::timeout);
      const runtime::OneShot<bool> woken;
      wire_->reader = woken;
      const auto key = clock_.call_at(deadline, [wire = wire_] { wire->wake(); });
      co_await woken.wait();
      clock_.cancel(key);
    }
    const std::size_t count = std::min(into.size(), wire_->arrived.size());
    std::copy_n(wire_->arrived.begin(), count, into.begin());
    wire_->arrived.erase(0, count);
    co_return count;
  }

  Task<Result<void>> write(std::string_view bytes, Instant) override {
    if (wire_->closed_by_client) co_return make_error_code(Errc::closed);
    while (!bytes.empty()) {
      const std::size_t end = bytes.find("\r\n");
      note_("S: " + std::string(bytes.substr(0, end)));
      bytes.remove_prefix(end + 2);
    }
    co_return Result<void>();
  }

  void close() noexcept override {
    if (std::exchange(wire_->closed_by_us, true)) return;
    if (!wire_->closed_by_client) note_("S: (closes)");
    wire_->wake();
  }

  bool quiet() noexcept override { return wire_->arrived.empty(); }
  const Endpoint& local() const override { return remote_; }
  const Endpoint& remote() const override { return remote_; }
  runtime::Executor executor() const override { return executor_; }

 private:
  VirtualClock& clock_;
  std::shared_ptr<ClientWire> wire_;
  Note note_;
  Endpoint remote_;
  runtime::Executor executor_;
};

// What the hop is asked; the rest of what it hears is the same for every mail.
bool worth_telling(const std::string& line) {
  return line.starts_with("MAIL") || line.starts_with("RCPT") || line == "DATA" || line == "close";
}

std::string without_token(const std::string& line) {
  static const std::regex token("b\\.[a-z2-7]{47}@");
  return std::regex_replace(line, token, "b.(token)@");
}

std::string words_of(Errc error) {
  switch (error) {
    case Errc::log_full: return "full";
    case Errc::no_space: return "short of space";
    case Errc::fenced: return "fenced";
    case Errc::timeout: return "too late";
    default: return "broken";
  }
}

std::optional<Errc> log_error(std::string_view word) {
  if (word == "full") return Errc::log_full;
  if (word == "no-space") return Errc::no_space;
  if (word == "fenced") return Errc::fenced;
  if (word == "late") return Errc::timeout;
  return std::nullopt;
}

// As rspamd says it, by the word of its action.
relay::spam::Judgement judgement(std::string_view action) {
  const auto read = relay::spam::read_answer(R"({"score":7.5,"required_score":15,"action":")" +
                                             std::string(action) + R"("})");
  if (!read) throw std::invalid_argument(read.error().why);
  return *read;
}

// "5" of "log full at append 5"; 1 where none is named.
std::size_t last_number(std::string_view what) {
  const std::size_t space = what.rfind(' ');
  const std::string word(what.substr(space + 1));
  return std::isdigit(static_cast<unsigned char>(word[0])) ? std::stoul(word) : 1;
}

}  // namespace

void ClientWire::wake() {
  if (!reader) return;
  const auto waiting = *reader;
  reader.reset();
  waiting.give(true);
}

std::optional<Errc> ScriptedLog::fate() {
  ++appends_;
  const bool fails = appends_ >= fails_from_ && appends_ <= fails_until_;
  return fails ? error_ : std::nullopt;
}

void ScriptedLog::fail_from(std::size_t n, std::optional<Errc> error) {
  error_ = error;
  fails_from_ = error ? appends_ + n : SIZE_MAX;
  fails_until_ = SIZE_MAX;
}

void ScriptedLog::fail_once(std::size_t n, Errc error) {
  fail_from(n, error);
  fails_until_ = fails_from_;
}

ingest::Recorded ScriptedLog::begin(std::vector<Event> events) {
  const ingest::Recorded recorded;
  ++pending_;
  const auto error = fate();
  clock_.call_at(clock_.now() + kSync, [this, recorded, error, events = std::move(events)] {
    --pending_;
    settle(events, error);
    if (error) {
      recorded.give(make_error_code(*error));
    } else {
      recorded.give(Result<void>());
    }
  });
  return recorded;
}

void ScriptedLog::settle(const std::vector<Event>& events, std::optional<Errc> error) {
  const std::string before = error ? "E: (" + words_of(*error) + ") " : "E: ";
  for (const Event& event : events) {
    note_(before + without_token(event_line(event)));
    if (!event.accepted().content_digest().empty()) {
      last_digest_ = event.accepted().content_digest();
    }
  }
}

Task<Result<ReturnPath>> ScriptedDirectory::find(TokenFacts, Instant) {
  if (error) co_return make_error_code(*error);
  co_return path;
}

Task<Result<TurnHolder>> ScriptedDirectory::take_turn(TokenFacts, Instant) { co_return turn; }

Task<runtime::Explained<relay::spam::Judgement>> ScriptedSpamFilter::judge(relay::spam::Question,
                                                                           relay::message::Spool&,
                                                                           Instant) {
  if (!says) co_return runtime::Failure{Errc::refused, "cannot be reached"};
  co_return *says;
}

bool ScriptedWorkers::submit(std::function<void()> job) {
  if (busy) return false;
  job();
  return true;
}

TranscriptWorld::TranscriptWorld(Note note)
    : note_([this, note = std::move(note)](std::string line) {
        if (telling_) note(std::move(line));
      }),
      dns_(clock_, kTranscriptZone),
      log_(clock_, note_),
      routes_(transcript_routes()),
      keys_(key_ring()),
      client_{boost::asio::ip::make_address("192.0.2.77"), 40000} {
  settings_.host_name = "mx.test";
  settings_.spool_directory = "/nonexistent";
  for (const char* at : {"192.0.2.10:25", "192.0.2.11:25", "192.0.2.20:25"}) hops_.listen(at, {{}});
  hops_.on_heard = [this](const std::string& line) {
    const bool again = line.starts_with("MAIL") && !mails_heard_.insert(line).second &&
                       without_token(line) != line;
    if (worth_telling(line)) note_("H: " + without_token(line) + (again ? " (again)" : ""));
    if (line.starts_with("body ")) note_("H: (the whole message)");
  };
  directory_.path = return_path();
}

TranscriptWorld::~TranscriptWorld() {
  if (relay_ != nullptr) end();
}

void TranscriptWorld::give(std::string_view what) {
  if (give_to_hops(what) || give_to_log(what) || give_to_views(what) || give_to_settings(what)) {
    return;
  }
  throw std::invalid_argument("no such thing can be given: " + std::string(what));
}

// "hop 192.0.2.10 says RCPT = 550 5.1.1 no", "hop 192.0.2.10 is gone", "dns of h.test is silent".
bool TranscriptWorld::give_to_hops(std::string_view what) {
  const std::string text(what);
  std::smatch match;
  if (std::regex_match(text, match, std::regex("hop (\\S+) says (.+) = (.*)"))) {
    std::string says = match[3];
    for (std::size_t at = 0; (at = says.find(" | ", at)) != std::string::npos;) {
      says.replace(at, 3, "\r\n");
    }
    hop_scripts_[match[1]][match[2]] = says;
    hops_.listen(match[1].str() + ":25", {hop_scripts_[match[1]]});
  } else if (std::regex_match(text, match, std::regex("hop (\\S+) is gone"))) {
    hops_.fail_dial(match[1].str() + ":25", Errc::refused);
  } else if (text == "another relay has the next try") {
    loans_.refuses_from = 1;
  } else if (text == "another relay has it once the body is here") {
    loans_.refuses_from = 2;
  } else if (std::regex_match(text, match, std::regex("dns of (\\S+) is silent"))) {
    dns_.silence(match[1]);
  } else {
    return false;
  }
  return true;
}

// "log full", "log fenced from append 2", "log late at append 1", "log as ever".
bool TranscriptWorld::give_to_log(std::string_view what) {
  if (!what.starts_with("log ")) return false;
  what.remove_prefix(4);
  const auto error = log_error(what.substr(0, what.find(' ')));
  const std::size_t n = last_number(what);
  if (error && what.find(" at append ") != std::string_view::npos) {
    log_.fail_once(n, *error);
  } else {
    log_.fail_from(n, error);
  }
  return error.has_value() || what == "as ever";
}

bool TranscriptWorld::give_to_views(std::string_view what) {
  const std::string text(what);
  std::smatch match;
  ReturnPath& path = directory_.path;
  if (what == "the views are away") {
    directory_.error = Errc::timeout;
  } else if (what == "the views do not know the return path") {
    directory_.error = Errc::not_found;
  } else if (what == "the sender was not verified") {
    path.verified = false;
    path.reason = "SPF said none";
  } else if (what == "DNS was in doubt of the sender") {
    path.verified = false;
    path.spf_in_doubt = true;
    path.client_ip = "192.0.2.77";
  } else if (std::regex_match(text, match, std::regex("the sender asked for NOTIFY=(\\S+)"))) {
    path.dsn.notify = match[1];
  } else if (std::regex_match(text, match, std::regex("the return path is of mail from (\\S+)"))) {
    path.sender = match[1];
  } else if (std::regex_match(text, match, std::regex("the return path is of (\\S+)"))) {
    path.alias = match[1];
  } else if (std::regex_match(text, match, std::regex("the return path is (\\d+) min old"))) {
    path_age_ = std::chrono::minutes(std::stoi(match[1]));
  } else if (std::regex_match(text, match, std::regex("(\\d+) reports have come"))) {
    for (int i = 0; i < std::stoi(match[1]); ++i) {
      path.reports.push_back({{}, std::string(32, static_cast<char>('a' + i)), true});
    }
  } else if (what == "the views have the last report, done") {
    path.reports.push_back({{}, log_.last_digest(), true});
  } else if (what == "the views have the last report, not done") {
    path.reports.push_back({{}, log_.last_digest(), false});
  } else if (what == "another relay reports on the delivery") {
    directory_.turn = TurnHolder::another;
  } else if (what == "the turn cannot be asked for") {
    directory_.turn = make_error_code(Errc::timeout);
  } else if (what == "another session reports on the delivery") {
    held_turn_.emplace(*turns_.take(token_.delivery));
  } else {
    return false;
  }
  return true;
}

bool TranscriptWorld::give_to_settings(std::string_view what) {
  const std::size_t number = last_number(what);
  if (what.starts_with("max_recipients ")) {
    settings_.smtp.max_recipients = number;
  } else if (what.starts_with("max_message_size ")) {
    settings_.smtp.max_message_octets = number;
  } else if (what.starts_with("memory_per_message ")) {
    settings_.memory_per_message = number;
  } else if (what.starts_with("max_spool ")) {
    spool_octets_ = number;
  } else if (what.starts_with("max_refusals ")) {
    settings_.max_refusals = static_cast<std::uint32_t>(number);
  } else if (what.starts_with("max_refusals_per_client ")) {
    patience_.emplace(static_cast<std::uint32_t>(number));
  } else if (what.starts_with("TLS is asked of ")) {
    tls_.levels[std::string(what.substr(16))] = relay::forward::TlsLevel::required;
  } else if (what.starts_with("a login at ")) {
    logins_.set(
        {{std::string(what.substr(11)), std::make_shared<const relay::forward::Login>(
                                            relay::smtp::Credentials{"relay", "tanstaaftanstaaf"},
                                            std::vector{relay::smtp::Mechanism::plain})}});
  } else if (what.starts_with("provider of hop.test, rate ")) {
    settings_.providers["large"] = {{"hop.test"}, static_cast<std::uint32_t>(number)};
  } else if (what.starts_with("sessions turned away ")) {
    turned_away_ = number;
  } else if (what.starts_with("max_memory ")) {
    memory_.emplace(number);
  } else if (what == "the server stops") {
    session_->stop(relay_->scope);
    settle();
  } else if (what == "no connection is free") {
    connections_ = 0;
  } else if (what.starts_with("max_connections_per_client ")) {
    connections_of_client_ = static_cast<std::uint32_t>(number);
  } else if (what == "the workers are busy") {
    workers_.busy = true;
  } else if (what.starts_with("door ")) {
    return give_to_door(what.substr(5));
  } else if (what == "the spam filter is away") {
    has_spam_filter_ = true;
  } else if (what == "the spam filter is away, and mail goes on") {
    has_spam_filter_ = true;
    settings_.spam.on_failure = relay::spam::OnFailure::pass;
  } else if (what.starts_with("the spam filter says ")) {
    has_spam_filter_ = true;
    spam_filter_.says = judgement(what.substr(21));
  } else if (what == "the client speaks TLS") {
    begins_ = relay::Session::Begins::with_tls;
  } else if (what == "the client speaks at once") {
    speaks_at_once_ = true;
  } else if (what.starts_with("client says EHLO ")) {
    helo_ = what.substr(17);
  } else if (what.starts_with("client ")) {
    client_.address = boost::asio::ip::make_address(what.substr(7));
  } else {
    return false;
  }
  return true;
}

// "door helo strict", "door reverse_dns confirmed", "door greylist", "door list bl.test 10", "door
// greeting_delay 3", "door exempt 192.0.2.0/24", "door recipients_per_client 2".
bool TranscriptWorld::give_to_door(std::string_view what) {
  relay::door::DoorSettings& door = settings_.door;
  const auto is_choice = [&](std::string_view key, const auto& words, auto& value) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (what != std::string(key) + " " + std::string(words[i])) continue;
      value = static_cast<std::decay_t<decltype(value)>>(i);
      return true;
    }
    return false;
  };
  const auto number = [&] {
    return static_cast<std::uint32_t>(std::stoul(std::string(what.substr(what.rfind(' ') + 1))));
  };
  if (is_choice("helo", relay::door::kHeloRules, door.helo)) return true;
  if (is_choice("reverse_dns", relay::door::kReverseDnsWords, door.reverse_dns)) return true;
  if (what == "greylist") {
    door.greylist = true;
  } else if (what.starts_with("list ")) {
    const std::size_t space = what.rfind(' ');
    relay::door::DnsList list;
    list.zone = what.substr(5, space - 5);
    list.weight = std::stoi(std::string(what.substr(space + 1)));
    door.lists.push_back(std::move(list));
  } else if (what.starts_with("greeting_delay ")) {
    door.greeting_delay = std::chrono::seconds(number());
  } else if (what.starts_with("exempt ")) {
    door.exempt.push_back(runtime::network_of(what.substr(7)).value());
  } else if (what.starts_with("recipients_per_client ")) {
    door.recipients_per_client = number();
  } else if (what.starts_with("recipients_per_network ")) {
    door.recipients_per_network = number();
  } else if (what.starts_with("recipients_per_sender_domain ")) {
    door.recipients_per_sender_domain = number();
  } else {
    return false;
  }
  return true;
}

std::string TranscriptWorld::with_paths(std::string line) const {
  const auto address = [&](std::string_view domain, bool forged) {
    std::string local =
        relay::returnpath::issue_token(keys_.get()->current(), "alias.test", token_);
    if (forged) local.back() = local.back() == 'a' ? 'b' : 'a';
    return local.append("@").append(domain);
  };
  const std::pair<std::string, std::string> all[] = {
      {"{path}", address("alias.test", false)},
      {"{forged path}", address("alias.test", true)},
      {"{path at lax.test}", address("lax.test", false)},
  };
  for (const auto& [name, text] : all) {
    const std::size_t at = line.find(name);
    if (at != std::string::npos) line.replace(at, name.size(), text);
  }
  return line;
}

void TranscriptWorld::begin() {
  spool_.emplace(spool_octets_);
  directory_.path.accepted_at = clock_.wall() - path_age_;
  token_ = {0, schemas::new_id<schemas::DeliveryId>(clock_.wall() - path_age_, chance_)};
  relay_ = relay::assemble({.executor = io_.get_executor(),
                            .clock = clock_,
                            .chance = chance_,
                            .dialer = hops_,
                            .resolver = dns_,
                            .log = log_,
                            .node = "mx1",
                            .settings = settings_,
                            .routes = routes_,
                            .keys = keys_,
                            .signing = signing_,
                            .return_paths = directory_,
                            .turns = turns_,
                            .tries = tries_,
                            .loans = loans_,
                            .admission = admission_,
                            .hop_budget = hop_budget_.emplace(connections_, 50),
                            .client_budget = client_budget_.emplace(1000, connections_of_client_),
                            .provider_rates = provider_rates_.emplace(settings_.providers),
                            .metrics = relay_metrics_,
                            .spool_workers = workers_,
                            .spool_octets = *spool_,
                            .message_memory = *memory_,
                            .patience = *patience_,
                            .rates = rates_.emplace(settings_.door),
                            .greylist = greylist_.emplace(settings_.door),
                            .tls = tls_server_,
                            .hop_tls = tls_,
                            .ourselves = ourselves_,
                            .logins = logins_,
                            .spam_filter = has_spam_filter_ ? &spam_filter_ : nullptr});
  wire_ = std::make_shared<ClientWire>();
  session_.emplace(
      relay_->lane,
      std::make_unique<ClientConnection>(clock_, wire_, note_, client_, io_.get_executor()),
      begins_);
  relay_->scope.spawn("session", session_->run());
  settle();
  if (settings_.door.greeting_delay.count() > 0) {
    telling_ = speaks_at_once_;
    if (!speaks_at_once_) wait(settings_.door.greeting_delay);
  }
  wire_->arrived = "EHLO " + helo_ + "\r\n";
  wire_->wake();
  settle();
  telling_ = true;
  turn_away();
}

void TranscriptWorld::turn_away() {
  if (turned_away_ == 0) return;
  patience_->refused(client_.address, 1'000'000, clock_.now());
  for (std::size_t i = 0; i < turned_away_; ++i)
    patience_->turns_away(client_.address, clock_.now());
  relay::record_turned_away(relay_->lane, relay::Patience::Which::all);
  settle();
}

bool TranscriptWorld::move() {
  io_.restart();
  return io_.poll() > 0 || clock_.advance();
}

void TranscriptWorld::settle() {
  for (;;) {
    io_.restart();
    if (io_.poll() > 0) continue;
    if (wire_->idle() && !log_.at_work()) return;
    if (!clock_.advance()) throw std::logic_error("the session waits for ever");
  }
}

void TranscriptWorld::say(std::string octets) {
  wire_->arrived += octets;
  wire_->wake();
  settle();
}

void TranscriptWorld::wait(runtime::Duration time) {
  bool passed = false;
  clock_.call_at(clock_.now() + time, [&] { passed = true; });
  while (!passed) move();
  settle();
}

void TranscriptWorld::end() {
  telling_ = false;
  wire_->closed_by_client = true;
  wire_->wake();
  const auto running = [this] { return relay_->scope.running() > 0; };
  while (running() && move()) {
    if (wire_->closed_by_us) relay_->pool.clear();
  }
  runtime::check(!running(), "a transcript's session comes to its end");
  relay_->pool.clear();
  while (move()) {
  }
  session_.reset();
  relay_.reset();
}

}  // namespace waybill::tests

#include "runtime/dns/unbound_resolver.h"

#include <unbound.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "runtime/ascii.h"
#include "runtime/check.h"
#include "runtime/dns/question_name.h"
#include "runtime/dns/rdata.h"
#include "runtime/dns/reverse_name.h"
#include "runtime/one_shot.h"

namespace waybill::runtime::dns {

using runtime::Errc;
using runtime::Instant;
using runtime::IpAddress;
using runtime::Result;
using runtime::Task;

namespace {

// RFC 1035 3.2.2, RFC 3596 2.1, RFC 6698 7.1.
enum RecordType : int { kA = 1, kPtr = 12, kMx = 15, kTxt = 16, kAaaa = 28, kTlsa = 52 };
constexpr int kClassIn = 1;
constexpr int kNoSuchName = 3;

// Questions under way at one time; above, Errc::temporary instead of growing memory.
constexpr std::size_t kMaxQuestions = 10'000;

struct Option {
  const char* name;
  const char* value;
};

constexpr Option kOptions[] = {
    {"do-not-query-localhost:", "no"},
    {"unblock-lan-zones:", "yes"},
    // A server that was down is asked again after this many seconds, not after 15 minutes: there
    // are often just one or two, and mail waits.
    {"infra-host-ttl:", "60"},
    {"infra-keep-probing:", "yes"},
    // Octets of one resolver's cache, for about 20,000 names.
    {"msg-cache-size:", "4m"},
    {"rrset-cache-size:", "8m"},
};

// Names that libunbound would otherwise answer itself, with NXDOMAIN.
constexpr const char* kBuiltInZones[] = {"test.", "home.arpa."};
// The reverse names of loopback, which it answers likewise (RFC 6303): where servers are named,
// those are asked.
constexpr const char* kLoopbackZones[] = {
    "127.in-addr.arpa.",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa."};

struct RawAnswer {
  Existence name = Existence::exists;
  std::vector<std::string> records;
  std::string canonical;
  std::uint32_t ttl = 0;
  bool secure = false;
};

// As the port promises it: lower case, no trailing dot.
std::string plain_name(std::string name) {
  if (!name.empty() && name.back() == '.') name.pop_back();
  return ascii::lower(name);
}

Result<RawAnswer> read_result(int error, const ub_result* result) {
  if (error != 0 || result == nullptr) return make_error_code(Errc::temporary);
  // A forged answer is no answer (RFC 4035 5.5).
  if (result->bogus != 0) return make_error_code(Errc::temporary);
  RawAnswer out;
  out.ttl = static_cast<std::uint32_t>(std::max(result->ttl, 0));
  out.secure = result->secure != 0;
  if (result->canonname != nullptr) out.canonical = plain_name(result->canonname);
  if (result->nxdomain != 0 || result->rcode == kNoSuchName) {
    out.name = Existence::no_such_name;
    return out;
  }
  if (result->rcode != 0) return make_error_code(Errc::temporary);
  for (int i = 0; result->havedata != 0 && result->data[i] != nullptr; ++i) {
    out.records.emplace_back(result->data[i], static_cast<std::size_t>(result->len[i]));
  }
  return out;
}

// One context and what is asked of it. The handlers of timers and of the descriptor hold it weakly.
// libunbound holds a raw pointer to each question under way: a question is freed only after its
// callback ran, after ub_cancel(), or with the context, and then no callback comes.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  Engine(runtime::Executor executor, ub_ctx* context)
      : executor_(executor), context_(context), descriptor_(executor, ub_fd(context)) {}

  ~Engine() {
    // libunbound closes its descriptor itself.
    descriptor_.release();
    ub_ctx_delete(context_);
  }

  void begin() { watch(); }

  void end() {
    while (!questions_.empty()) give_up(questions_.begin()->first, Errc::closed);
  }

  runtime::OneShot<Result<RawAnswer>> ask(const std::string& name, int type, Instant deadline) {
    auto question = std::make_unique<Question>(*this, executor_, next_key_++);
    const runtime::OneShot<Result<RawAnswer>> answer = question->answer;
    if (!is_question_name(name)) {
      answer.give(make_error_code(Errc::invalid));
      return answer;
    }
    if (questions_.size() >= kMaxQuestions ||
        ub_resolve_async(context_, name.c_str(), type, kClassIn, question.get(), &Engine::answered,
                         &question->id) != 0) {
      answer.give(make_error_code(Errc::temporary));
      return answer;
    }
    question->timer.expires_at(deadline);
    question->timer.async_wait([weak = weak_from_this(), key = question->key](const auto& error) {
      const auto self = weak.lock();
      if (!error && self) self->give_up(key, Errc::timeout);
    });
    questions_.emplace(question->key, std::move(question));
    return answer;
  }

 private:
  struct Question {
    Question(Engine& engine, const runtime::Executor& executor, std::uint64_t number)
        : owner(engine), timer(executor), key(number) {}
    Engine& owner;
    runtime::OneShot<Result<RawAnswer>> answer;
    boost::asio::steady_timer timer;
    std::uint64_t key;
    int id = 0;  // libunbound's, which it may use again
  };

  static void answered(void* data, int error, ub_result* result) {
    const auto* question = static_cast<Question*>(data);
    auto read = read_result(error, result);
    ub_resolve_free(result);
    question->owner.settle(question->key, std::move(read));
  }

  void settle(std::uint64_t key, Result<RawAnswer> result) {
    const auto found = questions_.find(key);
    if (found == questions_.end()) return;
    const auto question = std::move(found->second);
    questions_.erase(found);
    question->answer.give(std::move(result));
  }

  void give_up(std::uint64_t key, Errc why) {
    const auto found = questions_.find(key);
    // Answered in the moment in which the timer fired.
    if (found == questions_.end()) return;
    ub_cancel(context_, found->second->id);
    settle(key, make_error_code(why));
  }

  void watch() {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](const auto& error) {
                             const auto self = weak.lock();
                             if (error || !self) return;
                             // A pipe inside one process: without it no question would end well.
                             runtime::check(ub_process(self->context_) == 0,
                                            "libunbound's own pipe is sound");
                             self->watch();
                           });
  }

  runtime::Executor executor_;
  ub_ctx* context_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::map<std::uint64_t, std::unique_ptr<Question>> questions_;
  std::uint64_t next_key_ = 1;
};

template <class Record>
Result<Answer<Record>> typed(const std::string& asked, Result<RawAnswer> raw,
                             std::optional<Record> (*parse)(std::string_view)) {
  if (!raw) return raw.error();
  Answer<Record> out;
  out.name = raw->name;
  out.canonical = raw->canonical.empty() ? plain_name(asked) : std::move(raw->canonical);
  out.ttl = raw->ttl;
  out.secure = raw->secure;
  for (const std::string& rdata : raw->records) {
    if (auto record = parse(rdata)) out.records.push_back(std::move(*record));
  }
  if (out.records.empty() && !raw->records.empty()) return make_error_code(Errc::corrupt);
  return out;
}

class UnboundResolver final : public Resolver {
 public:
  explicit UnboundResolver(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
    engine_->begin();
  }
  ~UnboundResolver() override { engine_->end(); }

  Task<Result<Answer<Mx>>> mx(std::string name, Instant deadline) override {
    const auto answer = engine_->ask(name, kMx, deadline);
    auto raw = co_await answer.wait();
    co_return typed<Mx>(name, std::move(raw), parse_mx);
  }
  Task<Result<Answer<IpAddress>>> a(std::string name, Instant deadline) override {
    const auto answer = engine_->ask(name, kA, deadline);
    auto raw = co_await answer.wait();
    co_return typed<IpAddress>(name, std::move(raw), parse_a);
  }
  Task<Result<Answer<IpAddress>>> aaaa(std::string name, Instant deadline) override {
    const auto answer = engine_->ask(name, kAaaa, deadline);
    auto raw = co_await answer.wait();
    co_return typed<IpAddress>(name, std::move(raw), parse_aaaa);
  }
  Task<Result<Answer<std::string>>> txt(std::string name, Instant deadline) override {
    const auto answer = engine_->ask(name, kTxt, deadline);
    auto raw = co_await answer.wait();
    co_return typed<std::string>(name, std::move(raw), parse_txt);
  }
  Task<Result<Answer<Tlsa>>> tlsa(std::string name, Instant deadline) override {
    const auto answer = engine_->ask(name, kTlsa, deadline);
    auto raw = co_await answer.wait();
    co_return typed<Tlsa>(name, std::move(raw), parse_tlsa);
  }
  Task<Result<Answer<std::string>>> ptr(IpAddress address, Instant deadline) override {
    const std::string name = reverse_name(address);
    const auto answer = engine_->ask(name, kPtr, deadline);
    auto raw = co_await answer.wait();
    co_return typed<std::string>(name, std::move(raw), parse_ptr);
  }

 private:
  std::shared_ptr<Engine> engine_;
};

bool configure(ub_ctx* context, const UnboundSettings& settings) {
  // It would write to stderr, between the lines of the log.
  bool fine = ub_ctx_debugout(context, nullptr) == 0;
  // Threads, not a child process: the relay never forks.
  fine = fine && ub_ctx_async(context, 1) == 0;
  for (const Option& option : kOptions) {
    fine = fine && ub_ctx_set_option(context, option.name, option.value) == 0;
  }
  if (!settings.trust_anchor_file.empty()) {
    fine = fine && ub_ctx_add_ta_file(context, settings.trust_anchor_file.c_str()) == 0;
  }
  for (const std::string& server : settings.forward_to) {
    fine = fine && ub_ctx_set_fwd(context, server.c_str()) == 0;
  }
  if (settings.forward_to.empty()) {
    // Without these files libunbound asks the root servers itself, which is as good.
    ub_ctx_resolvconf(context, nullptr);
    ub_ctx_hosts(context, nullptr);
  }
  // Last, because it ends the configuration: nothing above may be set after it.
  for (const char* zone : kBuiltInZones) {
    fine = fine && ub_ctx_zone_remove(context, zone) == 0;
  }
  for (const char* zone : kLoopbackZones) {
    if (settings.forward_to.empty()) break;
    fine = fine && ub_ctx_zone_remove(context, zone) == 0;
  }
  return fine;
}

// libunbound starts its thread and opens its descriptors with the first question, and ends the
// process where there are none left. This one it answers itself (RFC 6761 6.3), and at once.
bool start_working(ub_ctx* context) {
  int id = 0;
  const auto ignore = [](void*, int, ub_result* result) { ub_resolve_free(result); };
  return ub_resolve_async(context, "localhost.", kA, kClassIn, nullptr, ignore, &id) == 0 &&
         ub_wait(context) == 0;
}

}  // namespace

Result<std::unique_ptr<Resolver>> unbound_resolver(runtime::Executor executor,
                                                   const UnboundSettings& settings) {
  ub_ctx* context = ub_ctx_create();
  if (context == nullptr) return make_error_code(Errc::io_error);
  if (!configure(context, settings) || !start_working(context)) {
    ub_ctx_delete(context);
    return make_error_code(Errc::invalid);
  }
  auto engine = std::make_shared<Engine>(executor, context);
  return std::unique_ptr<Resolver>(std::make_unique<UnboundResolver>(std::move(engine)));
}

}  // namespace waybill::runtime::dns

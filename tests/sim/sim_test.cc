// The whole relay on a virtual world: one seed is one run, and the same run again.
//
//   WAYBILL_SIM_SEED=n    that seed alone, told step by step
//   WAYBILL_SIM_SEEDS=n   seeds 1 to n (default 1000)

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "runtime/clock.h"
#include "runtime/log.h"
#include "tests/sim/checker.h"
#include "tests/sim/domain.h"
#include "tests/sim/home.h"

namespace waybill::tests {
namespace {

using runtime::Task;

enum class Sync { on, off };

// How often what senders and next hops do at times was there.
struct Habits {
  std::size_t tries = 0;
  std::size_t with_prdr = 0;    // a try whose body had a reply for each recipient
  std::size_t called_back = 0;  // that were answered
  std::size_t twice = 0;        // copies beside the first one

  Habits& operator+=(const Habits& more) {
    tries += more.tries;
    with_prdr += more.with_prdr;
    called_back += more.called_back;
    twice += more.twice;
    return *this;
  }
};

struct Outcome {
  std::vector<std::string> broken;
  std::size_t events = 0;
  std::size_t taken = 0;
  std::size_t reports = 0;
  std::size_t at_home = 0;
  int lives = 0;
  std::set<std::string> rules;
  std::uint64_t error_lines = 0;
  int fences = 0;
  Habits habits;
};

class World {
 public:
  explicit World(std::uint64_t seed, Sync sync = Sync::on, Mistake mistake = Mistake::none)
      : chance_(seed), mistake_(mistake) {
    hop_.on_taken = [this](const TakenMail& mail) { bridgehead_.take(mail); };
    disks_.journal.set_sync(sync == Sync::on);
  }

  Outcome run() {
    const std::uint64_t errors_before = runtime::error_lines();
    world_.spawn("world", live());
    while (world_.running() > 0) {
      context_.restart();
      if (context_.poll() == 0 && !clock_.advance()) break;
    }
    runtime::check(world_.running() == 0, "a simulated world comes to its end");
    run_.error_lines = runtime::error_lines() - errors_before;
    Witnesses seen{{}, hop_, bridgehead_, home_, ends_};
    for (const auto& client : clients_) seen.clients.push_back(client.get());
    for (std::string& broken : broken_promises(disks_, seen)) {
      run_.broken.push_back(std::move(broken));
    }
    run_.rules = rules_on_record(disks_);
    run_.events = disks_.journal.end_seq() - schemas::SequenceNumber(1);
    run_.taken = hop_.taken().size();
    run_.reports = bridgehead_.reports().size();
    run_.at_home = home_.taken().size();
    count_habits();
    return run_;
  }

 private:
  Task<void> live() {
    constexpr int kClients = 3;
    constexpr int kMessages = 6;
    for (int i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<SimClient>(net_, relay_, "c" + std::to_string(i)));
      senders_.spawn("client", clients_.back()->run(kMessages, sim_aliases()));
    }
    const int deaths = static_cast<int>(chance_.below(5));
    for (int life = 0; life <= deaths; ++life) co_await one_life(life == deaths);
    const auto end = bridgehead_.last_window_end();
    if (end && chance_.one_in(8)) co_await after_the_window(*end);
  }

  void count_habits() {
    for (const auto& client : clients_) {
      for (const SentMessage& sent : client->sent()) {
        run_.habits.tries += sent.tries.size();
        for (const SentTry& tried : sent.tries) run_.habits.with_prdr += tried.for_each;
      }
    }
    for (const CallBack& call : hop_.called_back())
      run_.habits.called_back += call.reply.has_value();
    std::set<std::pair<std::string, std::string>> copies;
    for (const TakenMail& mail : hop_.taken()) {
      run_.habits.twice += !copies.insert({message_id_of(mail.octets), mail.recipient}).second;
    }
  }

  // Nobody is there for days; then some reports come at the last moment, or too late.
  Task<void> after_the_window(runtime::WallTime end) {
    const runtime::Duration until = end - clock_.wall() - std::chrono::milliseconds(300);
    co_await clock_.sleep_until(clock_.now() + until);
    bridgehead_.knock_late();
    co_await one_life(true);
  }

  bool busy() const { return senders_.running() > 0 || bridgehead_.running() > 0; }
  // Somebody has something to do before minutes have passed.
  bool awake() const {
    return bridgehead_.running() > 0 ||
           std::any_of(clients_.begin(), clients_.end(),
                       [](const auto& client) { return !client->asleep(); });
  }

  // Most lives end in the first moments; some last until mail comes again, and end then.
  KillChances some_kills() {
    const std::uint64_t rarer = chance_.one_in(3) ? 10 : 1;
    return {rarer * (20 + chance_.below(200)), rarer * (5 + chance_.below(60)),
            rarer * (5 + chance_.below(60))};
  }
  runtime::Duration some_life() {
    if (chance_.one_in(3)) return std::chrono::seconds(chance_.below(1800));
    return std::chrono::microseconds(chance_.below(400'000));
  }

  Task<void> one_life(bool last) {
    ++run_.lives;
    const KillChances kills = last ? KillChances{} : some_kills();
    SimNode node(net_, disks_, relay_, kills, mistake_);
    const bool up = co_await node.start();
    const runtime::Instant until = last ? runtime::Instant::max() : clock_.now() + some_life();
    while (up && !node.dead() && clock_.now() < until && busy()) co_await tick(node);
    if (last) {
      while (!node.caught_up()) co_await tick(node);
    } else {
      node.kill();
    }
    co_await node.end();
    ends_.push_back(clock_.wall());
    if (const std::string wrong = node.miscounted(); !wrong.empty()) {
      run_.broken.push_back("the metrics of a life miscount its events:" + wrong);
    }
    run_.fences += node.fenced();
    // A kill may be a power cut too; what was synced is there either way.
    disks_.journal.power_cut();
    if (!last) disks_.views.lose_unsynced(chance_.below(disks_.views.unsynced() + 1));
  }

  Task<void> tick(const SimNode& node) {
    const bool idle = !awake() && !node.busy();
    const std::chrono::milliseconds step(idle ? 5000 : 20);
    co_await clock_.sleep_until(clock_.now() + step);
  }

  boost::asio::io_context context_{1};
  VirtualClock clock_;
  SeededChance chance_;
  const Mistake mistake_;
  Disks disks_;
  SimNet net_{context_.get_executor(), clock_, chance_};
  const runtime::Endpoint relay_{boost::asio::ip::make_address("192.0.2.1"), 25};
  runtime::Scope world_{context_.get_executor()};
  runtime::Scope senders_{context_.get_executor()};
  SimNextHop hop_{net_, world_, sim_hop(), "hop.test", mind_by_name(chance_), relay_};
  SimNextHop home_{net_, world_, sim_home(), "home.test", mind_by_chance(chance_), relay_};
  Bridgehead bridgehead_{net_, relay_};
  std::vector<std::unique_ptr<SimClient>> clients_;
  std::vector<runtime::WallTime> ends_;
  Outcome run_;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string told(const std::vector<std::string>& broken) {
  std::string out;
  for (const std::string& one : broken) out += "\n  " + one;
  return out;
}

TEST(SimulationTest, EveryPromiseHoldsForEverySeed) {
  const std::uint64_t only = number_from("WAYBILL_SIM_SEED", 0);
  const std::uint64_t first = only > 0 ? only : 1;
  const std::uint64_t last = only > 0 ? only : number_from("WAYBILL_SIM_SEEDS", 1000);
  if (only == 0) runtime::silence_log();
  std::size_t events = 0;
  std::size_t taken = 0;
  std::size_t reports = 0;
  std::size_t at_home = 0;
  int lives = 0;
  std::set<std::string> rules;
  Habits habits;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Outcome run = World(seed).run();
    ASSERT_TRUE(run.broken.empty()) << "WAYBILL_SIM_SEED=" << seed << told(run.broken);
    // A fenced journal says so once; any other line of level error is a fault.
    ASSERT_EQ(run.error_lines, static_cast<std::uint64_t>(run.fences))
        << "WAYBILL_SIM_SEED=" << seed;
    events += run.events;
    taken += run.taken;
    reports += run.reports;
    at_home += run.at_home;
    lives += run.lives;
    habits += run.habits;
    rules.merge(std::set<std::string>(run.rules));
  }
  std::printf(
      "%llu seeds, %d lives, %zu events, %zu mails taken, %zu reports, %zu bounces at home: every "
      "promise held\n",
      static_cast<unsigned long long>(last - first + 1), lives, events, taken, reports, at_home);
  std::printf(
      "%zu tries, %zu of them answered for each recipient, %zu return paths called back, %zu "
      "second "
      "copies that nobody could know of\n",
      habits.tries, habits.with_prdr, habits.called_back, habits.twice);
  EXPECT_GT(taken, 0U);
  if (last - first < 500) return;
  EXPECT_GT(at_home, 0U);
  EXPECT_GT(habits.with_prdr, 0U);
  EXPECT_GT(habits.called_back, 0U);
  EXPECT_GT(habits.twice, 0U);
  // What is rare must have been there all the same.
  for (const char* rule :
       {"done-before", "return-path-busy", "return-path-expired", "return-path-forged",
        "return-path-used-up", "report-absorbed", "report-again", "report-held", "report-late"}) {
    EXPECT_EQ(rules.count(rule), 1U) << rule;
  }
}

TEST(SimulationTest, TheSameSeedIsTheSameRun) {
  runtime::silence_log();
  const Outcome once = World(7).run();
  const Outcome again = World(7).run();
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.taken, again.taken);
  EXPECT_EQ(once.reports, again.reports);
  EXPECT_EQ(once.at_home, again.at_home);
  EXPECT_EQ(once.lives, again.lives);
}

// The oracle is not blind: without the sync, a power cut loses verdicts that were said.
TEST(SimulationTest, WithoutTheSyncPromisesBreak) {
  runtime::silence_log();
  int red = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed)
    red += !World(seed, Sync::off).run().broken.empty();
  EXPECT_GT(red, 10);
}

// Of 50, those in which the oracle says what is wrong; `said` is a part of its sentence.
int red_seeds(Mistake mistake, std::string_view said = {}) {
  runtime::silence_log();
  int red = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto broken = World(seed, Sync::on, mistake).run().broken;
    red += std::any_of(broken.begin(), broken.end(), [said](const std::string& one) {
      return one.find(said) != std::string::npos;
    });
  }
  return red;
}

TEST(SimulationTest, ARelayThatForgetsReportsIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::forgets_reports), 10);
}

TEST(SimulationTest, ARelayThatBelievesEverySenderIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::believes_senders), 10);
}

TEST(SimulationTest, ARelayThatTellsTheWrongSenderIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::mixes_senders_up), 10);
}

TEST(SimulationTest, ARelayWhoseRetriesBeginAnewIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::lends_nothing, "went on under another return path"), 10);
  EXPECT_GT(red_seeds(Mistake::lends_nothing, "was greylisted twice in a row"), 10);
}

TEST(SimulationTest, ARelayThatKeepsAReturnPathForAnotherMailIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::lends_what_is_spent, "stands for another message"), 10);
  EXPECT_GT(red_seeds(Mistake::lends_what_is_spent, "two mails were taken from one"), 10);
}

TEST(SimulationTest, ARelayThatForgetsWhatIsDoneIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::forgets_what_is_done, "after it was known to be there"), 10);
}

TEST(SimulationTest, ARelayThatLearnsOfNoTriesAtAStartIsFoundOut) {
  EXPECT_GT(red_seeds(Mistake::learns_of_no_tries, "after it was known to be there"), 5);
  EXPECT_GT(red_seeds(Mistake::learns_of_no_tries, "went on under another return path"), 5);
}

}  // namespace
}  // namespace waybill::tests

// waybill serve: every role in one process on the embedded log.

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "app/commands.h"
#include "app/config/config.h"
#include "app/projector_role.h"
#include "app/relay_role.h"
#include "app/return_paths/key_file.h"
#include "app/return_paths/local_return_paths.h"
#include "ingest/committer.h"
#include "ingest/journal.h"
#include "ingest/recovery.h"
#include "query/server.h"
#include "runtime/asio_clock.h"
#include "runtime/io_thread.h"
#include "runtime/log.h"

namespace waybill::app {

using runtime::Level;
using runtime::log;
using runtime::Task;

namespace {

// A sender waits 10 minutes for the reply to its body, an init system far less for us.
constexpr std::chrono::seconds kDrainGrace{30};
// After the journal failed, those in flight still get their 451.
constexpr std::chrono::seconds kFenceGrace{3};

constexpr std::size_t kQueryThreads = 2;
constexpr std::size_t kQueryQueue = 1024;

struct Options {
  std::string config = "waybill.toml";
  std::string data_dir;
};

class Serve {
 public:
  explicit Serve(Options options) : options_(std::move(options)) {}

  int run() {
    const int read = read_files();
    if (read != kExitOk) return read;
    runtime::start_log(config_.log_level, config_.log_format);
    std::string why;
    const bool up = open_log(why) && open_views(why) && settle(why) && start_roles(why);
    if (!up) {
      log(Level::error, "app", "cannot start", {{"why", why}});
    } else {
      announce();
      wait_for_the_end();
    }
    const int code = up ? end_roles() : kExitEnvironment;
    query_.reset();
    projector_.reset();
    relay_.reset();
    committer_.reset();
    runtime::stop_log();
    return code;
  }

 private:
  int read_files() {
    Loaded loaded = load_config(options_.config);
    if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
      for (const Complaint& complaint : *complaints) {
        std::fprintf(stderr, "%s\n", to_string(complaint, options_.config).c_str());
      }
      std::fprintf(stderr, "waybill: nothing was started\n");
      return kExitUsage;
    }
    config_ = std::get<Config>(std::move(loaded));
    if (!options_.data_dir.empty()) config_.data_dir = options_.data_dir;
    routes_ = std::make_unique<relay::routes::CurrentRoutes>(config_.routes);
    return kExitOk;
  }

  bool open_log(std::string& why) {
    std::error_code error;
    std::filesystem::create_directories(config_.data_dir, error);
    if (error) {
      why = "cannot create " + config_.data_dir + ": " + error.message();
      return false;
    }
    auto keys = load_or_make_keys(key_file(config_), why);
    if (!keys) return false;
    keys_ = std::make_unique<relay::returnpath::CurrentKeys>(std::move(*keys));
    auto store = ingest::open_rocks_journal(config_.data_dir + "/journal", why);
    if (!store) {
      if (runtime::errc_of(store.error()) == runtime::Errc::locked) {
        why = "another waybill is using " + config_.data_dir + " (" + why + ")";
      }
      return false;
    }
    journal_store_ = std::move(*store);
    ingest::JournalLimits limits;
    limits.max_octets = config_.journal_max;
    journal_ = std::make_unique<ingest::Journal>(*journal_store_, limits);
    committer_ = std::make_unique<ingest::Committer>(*journal_);
    return true;
  }

  // Before anything is written: views that do not belong to this journal stop the start.
  bool open_views(std::string& why) {
    auto views = projector::open_rocks_store(config_.data_dir + "/views/p0", {}, why);
    if (!views) return false;
    views_ = std::move(*views);
    auto opened = open_projector(*journal_store_, *views_, why);
    if (!opened) return false;
    opened_projector_ = std::move(*opened);
    return true;
  }

  // Before any mail is taken: what a crash left open is said to be in doubt.
  bool settle(std::string& why) {
    const auto chance = runtime::system_chance();
    ingest::Recorder recorder(*journal_, clock_, *chance, config_.node);
    bool settled = false;
    runtime::run_until_done(settle_open(recorder, why, settled));
    return settled;
  }

  Task<void> settle_open(ingest::Recorder& recorder, std::string& why, bool& settled) {
    const auto count = co_await settle_open_acceptances(*journal_store_, recorder);
    settled = count.has_value();
    if (!settled) why = "recovery failed: " + count.error().message();
  }

  bool start_roles(std::string& why) {
    projector_ = start_projector(config_, *journal_, *journal_store_, *views_,
                                 std::move(opened_projector_), metrics_);
    history_ = std::make_unique<projector::History>(*views_);
    query_workers_ = runtime::thread_workers("wb-query", kQueryThreads, kQueryQueue);
    auto query = query::start_server({config_.http_listen}, query_parts(), why);
    if (!query) return false;
    query_ = std::move(*query);
    return_paths_ = local_return_paths(*journal_, *history_, *query_workers_, clock_);
    auto relay = start_relay(config_, {*journal_, *routes_, *keys_, *return_paths_, metrics_}, why);
    if (!relay) return false;
    relay_ = std::move(*relay);
    return true;
  }

  query::ServerParts query_parts() {
    query::ServerParts parts;
    parts.history = history_.get();
    parts.workers = query_workers_.get();
    parts.clock = &clock_;
    parts.metrics = &metrics_;
    parts.health = [this] { return health(); };
    parts.local_case = [this](const std::string& domain) {
      const auto table = routes_->get();
      const auto found = table->domains().find(domain);
      return found == table->domains().end() ? schemas::LocalPartCase::keep
                                             : found->second.local_case;
    };
    return parts;
  }

  query::Health health() {
    query::Health out;
    out.lag = projector_->lag();
    out.why_not = projector_->failure();
    if (journal_->fenced()) out.why_not = "the journal is fenced after a failed write";
    out.ready = out.why_not.empty();
    return out;
  }

  void announce() {
    for (const auto& at : relay_->listening()) {
      log(Level::info, "app", "taking mail", {{"smtp", to_string(at)}});
    }
    log(Level::info, "app", "answering", {{"http", "http://" + to_string(query_->local())}});
  }

  void wait_for_the_end() {
    boost::asio::io_context context(1);
    boost::asio::signal_set ends(context, SIGINT, SIGTERM);
    boost::asio::signal_set reloads(context, SIGHUP);
    ends.async_wait([&](const auto& error, int) {
      if (error) return;
      log(Level::info, "app", "stopping; a second signal ends at once");
      context.stop();
    });
    watch_reloads(reloads);
    boost::asio::steady_timer grace(context);
    journal_->when_fenced([&] {
      boost::asio::post(context, [&] {
        grace.expires_after(kFenceGrace);
        grace.async_wait([&](const auto&) { context.stop(); });
      });
    });
    context.run();
    journal_->when_fenced({});
  }

  void watch_reloads(boost::asio::signal_set& reloads) {
    reloads.async_wait([this, &reloads](const auto& error, int) {
      if (error) return;
      reload();
      watch_reloads(reloads);
    });
  }

  // A wrong file changes nothing and says so.
  void reload() {
    Loaded loaded = load_config(options_.config);
    if (const auto* complaints = std::get_if<std::vector<Complaint>>(&loaded)) {
      for (const Complaint& complaint : *complaints) {
        log(Level::error, "app", "reload refused; nothing changed",
            {{"complaint", to_string(complaint, options_.config)}});
      }
      return;
    }
    Config fresh = std::get<Config>(std::move(loaded));
    if (!options_.data_dir.empty()) fresh.data_dir = options_.data_dir;
    std::string why;
    auto keys = load_or_make_keys(key_file(config_), why);
    if (!keys) {
      log(Level::error, "app", "reload refused; nothing changed", {{"complaint", why}});
      return;
    }
    keys_->set(std::move(*keys));
    routes_->set(fresh.routes);
    log(Level::info, "app", "reloaded",
        {{"domains", static_cast<std::uint64_t>(fresh.routes->domains().size())},
         {"needs_restart", describe_difference(config_, fresh)}});
  }

  int end_roles() {
    const auto grace = journal_->fenced() ? kFenceGrace : kDrainGrace;
    if (!relay_->stop(grace)) {
      log(Level::warn, "app",
          "sessions still under way; what they have accepted will be in doubt at the next start");
      runtime::stop_log();
      std::_Exit(journal_->fenced() ? kExitEnvironment : kExitOk);
    }
    if (!journal_->fenced()) return kExitOk;
    log(Level::error, "app",
        "ending because the journal failed; start again to read the disk anew");
    return kExitEnvironment;
  }

  Options options_;
  Config config_;
  runtime::AsioClock clock_;
  runtime::Metrics metrics_;
  std::unique_ptr<relay::routes::CurrentRoutes> routes_;
  std::unique_ptr<relay::returnpath::CurrentKeys> keys_;
  std::unique_ptr<ingest::JournalStore> journal_store_;
  std::unique_ptr<ingest::Journal> journal_;
  std::unique_ptr<ingest::Committer> committer_;
  std::unique_ptr<projector::ViewStore> views_;
  std::unique_ptr<projector::Projector> opened_projector_;
  std::unique_ptr<projector::History> history_;
  std::unique_ptr<runtime::Workers> query_workers_;
  std::unique_ptr<relay::returnpath::ReturnPathDirectory> return_paths_;
  std::unique_ptr<ProjectorRole> projector_;
  std::unique_ptr<query::Server> query_;
  std::unique_ptr<RelayRole> relay_;
};

}  // namespace

void add_serve(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand(
      "serve", "Take mail, forward it, and answer for it: every role in one process");
  auto options = std::make_shared<Options>();
  command->add_option("-c,--config", options->config, "Configuration file (docs/configuration.md)")
      ->capture_default_str();
  command->add_option("--data", options->data_dir, "Data directory, instead of server.data_dir");
  command->footer("SIGHUP reads the domains again. SIGTERM lets mail under way end, then stops.");
  command->callback([options, &run] { run = [options] { return Serve(*options).run(); }; });
}

}  // namespace waybill::app

// waybill dustbin: an SMTP server that takes everything and keeps nothing, for trying things out.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "runtime/asio_clock.h"
#include "runtime/asio_net.h"
#include "runtime/scope.h"
#include "tools/commands.h"
#include "tools/dustbin/bouncer.h"
#include "tools/dustbin/dustbin.h"
#include "tools/dustbin/listen_address.h"

namespace waybill::tools {
namespace {

struct Options {
  std::string listen = "127.0.0.1:2526";
  std::vector<std::string> refuse_rcpt;
  std::vector<std::string> defer_rcpt;
  std::vector<std::string> refuse_data;
  std::vector<std::string> defer_data;
  std::vector<std::string> bounce;
  std::string bounce_via = "127.0.0.1:2525";
  std::string dump;
  bool json = false;
  bool quiet = false;
  std::uint64_t once = 0;
};

constexpr const char* kFooter =
    "Each message is shown when its body was answered: time, sender, recipients, size, subject "
    "and\n"
    "Message-ID in one line. A recipient refused at RCPT has a line of its own. Control octets "
    "are\n"
    "escaped. The first line says where the dustbin listens.\n"
    "\n"
    "A LOCALPART is what stands before the @; it counts in every domain and in either case. Where\n"
    "two of the options name one recipient, a refusal goes before a deferral.\n"
    "\n"
    "Examples:\n"
    "  waybill dustbin --listen 127.0.0.1:0 --once 1\n"
    "  waybill dustbin --refuse-rcpt gone --defer-data slow --dump /tmp/mail\n"
    "  waybill dustbin --json | jq 'select(.event == \"message\") | .subject'\n"
    "\n"
    "Exit code: 0 ended by --once, SIGINT or SIGTERM; 2 wrong usage; 3 cannot listen or write.";

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "waybill dustbin: %s\n", why.c_str());
  return code;
}

// Flushed at once, so that the reader of a pipe sees the line while the client still waits.
void print(const std::string& line) {
  std::fprintf(stdout, "%s\n", line.c_str());
  std::fflush(stdout);
}

template <class Told>
std::function<void(const Told&)> teller(const Options& options) {
  if (options.quiet) return nullptr;
  if (options.json) return [](const Told& told) { print(json_of(told)); };
  return [](const Told& told) { print(line_of(told)); };
}

dustbin::Settings settings_of(const Options& options) {
  dustbin::Settings out;
  out.rules.refuse_rcpt = dustbin::folded(options.refuse_rcpt);
  out.rules.defer_rcpt = dustbin::folded(options.defer_rcpt);
  out.rules.refuse_data = dustbin::folded(options.refuse_data);
  out.rules.defer_data = dustbin::folded(options.defer_data);
  out.once = options.once;
  return out;
}

runtime::Task<void> run_until_ended(dustbin::Dustbin& dustbin, boost::asio::signal_set& signals) {
  co_await dustbin.run();
  signals.cancel();
}

int run_dustbin(const Options& options) {
  const auto at = dustbin::listen_address(options.listen);
  if (!at) return fail(app::kExitUsage, at.error().in("--listen").why);
  dustbin::Settings settings = settings_of(options);
  if (!options.dump.empty()) {
    auto dump = dustbin::Dump::open(options.dump);
    if (!dump) return fail(app::kExitEnvironment, dump.error().in("--dump").why);
    settings.dump.emplace(std::move(*dump));
  }

  boost::asio::io_context context(1);
  const auto listener = runtime::listen_tcp(context, *at);
  if (!listener) {
    return fail(app::kExitEnvironment,
                "cannot listen on " + to_string(*at) + ": " + listener.error().message());
  }
  dustbin::Observer observer;
  observer.message = teller<dustbin::Message>(options);
  observer.refusal = teller<dustbin::Refusal>(options);
  observer.trouble = [](const std::string& what) { fail(app::kExitEnvironment, what); };

  runtime::AsioClock clock;
  runtime::Scope scope(context.get_executor());
  const auto via = dustbin::listen_address(options.bounce_via);
  if (!via) return fail(app::kExitUsage, via.error().in("--bounce-via").why);
  dustbin::Bouncer bouncer(clock, scope, {dustbin::folded(options.bounce), *via},
                           [&options](const std::string& what) {
                             if (!options.quiet && !options.json) print(what);
                           });
  observer.message = [&bouncer,
                      tell = std::move(observer.message)](const dustbin::Message& message) {
    if (tell) tell(message);
    bouncer.look_at(message);
  };
  dustbin::Dustbin dustbin(clock, **listener, std::move(settings), std::move(observer));
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    dustbin.stop();
    bouncer.stop();
  });
  const std::string listening = to_string((*listener)->local());
  print(options.json ? R"({"event":"listening","address":")" + listening + "\"}"
                     : "listening on " + listening);
  scope.spawn("dustbin", run_until_ended(dustbin, signals));
  context.run();
  return app::kExitOk;
}

std::string local_part_only(const std::string& text) {
  return text.find('@') == std::string::npos ? std::string()
                                             : "give the local part alone, without @ and domain";
}

std::string at_least_one(const std::string& text) {
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  const bool zero = text.find_first_not_of('0') == std::string::npos;
  constexpr std::size_t kDigits = 18;  // of any number that fits
  return number && !zero && text.size() <= kDigits ? std::string()
                                                   : "give a number of messages, at least 1";
}

}  // namespace

void add_dustbin(app::Command root) {
  app::Command command = root.add_command(
      "dustbin", "Take mail for anyone and throw it away: a next hop for trying things out");
  const auto options = std::make_shared<Options>();
  const auto rule = [&](const char* name, std::vector<std::string>& into, const char* what) {
    command.add(name, into, what)
        .type_name("LOCALPART")
        .one_value_each_time()
        .check(local_part_only);
  };

  command.add("-l,--listen", options->listen, "Loopback address and port; port 0: a free one")
      .type_name("IP:PORT")
      .shows_default();
  rule("--refuse-rcpt", options->refuse_rcpt, "Answer RCPT by 550 5.1.1 (may be given again)");
  rule("--defer-rcpt", options->defer_rcpt, "Answer RCPT by 450 4.2.1 (may be given again)");
  rule("--refuse-data", options->refuse_data,
       "Answer the body by 554 5.7.1 if a recipient is this one (may be given again)");
  rule("--defer-data", options->defer_data,
       "Answer the body by 451 4.3.0 if a recipient is this one (may be given again)");
  rule("--bounce", options->bounce,
       "Take the message, and bounce it a second later to its return path, as a bridgehead does "
       "whose mailbox is unknown (may be given again)");
  command.add("--bounce-via", options->bounce_via, "The server that takes mail for return paths")
      .type_name("IP:PORT")
      .shows_default();
  command
      .add("--dump", options->dump,
           "Write each message to DIR/000001.eml as it came, its envelope and the reply "
           "to DIR/000001.json")
      .type_name("DIR");
  command.add("--once", options->once, "End after N messages, accepted or not")
      .type_name("N")
      .check(at_least_one);
  command.add_flag("--json", options->json, "One JSON object a line instead of text");
  command.add_flag("-q,--quiet", options->quiet, "Show nothing but where it listens");
  command.footer(kFooter);
  command.runs([options] { return run_dustbin(*options); });
}

}  // namespace waybill::tools

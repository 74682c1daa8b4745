// waybill: the command line.

#include <sys/stat.h>

#include <cstdio>

#include "app/commands.h"

int main(int argc, char** argv) {
  // Journal, views, backups and keys are everybody's mail: for the owner's eyes.
  ::umask(077);
  CLI::App app("Waybill: email forwarding that never lies about what became of a message.");
  app.set_version_flag("--version", "waybill " WAYBILL_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);

  waybill::app::Run run;
  waybill::app::add_serve(app, run);
  waybill::app::add_relay(app, run);
  waybill::app::add_projector(app, run);
  waybill::app::add_topics(app, run);
  waybill::app::add_trace(app, run);
  waybill::app::add_views(app, run);
  waybill::app::add_keys(app, run);
  waybill::app::add_check(app, run);
  waybill::app::add_doctor(app, run);
  waybill::app::add_sink(app, run);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "waybill: %s\n", wrong.what());
    std::fprintf(stderr, "Try: waybill --help\n");
    return waybill::app::kExitUsage;
  }
  return run();
}

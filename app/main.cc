// waybill: the command line.

#include <sys/stat.h>

#include "app/subcommands.h"
#include "runtime/version.h"
#include "tools/commands.h"

int main(int argc, char** argv) {
  // Journal, views, backups and keys are everybody's mail: for the owner's eyes.
  ::umask(077);
  waybill::app::CommandLine line(
      "Waybill: email forwarding that never lies about what became of a message.",
      ("waybill " + std::string(waybill::runtime::kBuild)).c_str());
  const waybill::app::Command root = line.root();
  waybill::app::add_serve(root);
  waybill::app::add_relay(root);
  waybill::app::add_projector(root);
  waybill::app::add_topics(root);
  waybill::tools::add_trace(root);
  waybill::tools::add_token(root);
  waybill::tools::add_access(root);
  waybill::tools::add_export(root);
  waybill::app::add_views(root);
  waybill::app::add_backup(root);
  waybill::app::add_restore(root);
  waybill::app::add_keys(root);
  waybill::app::add_check(root);
  waybill::tools::add_sink(root);
  waybill::tools::add_doctor(root);
  waybill::tools::add_dustbin(root);
  waybill::tools::add_completion(root);
  waybill::tools::add_man(root);
  return line.run(argc, argv);
}

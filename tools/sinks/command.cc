// waybill sink: what people want to know of the ways to a SIEM before events go there.

#include <cstdio>
#include <memory>
#include <string>

#include "app/command/command_line.h"
#include "runtime/version.h"
#include "schemas/kind.h"
#include "tools/commands.h"
#include "tools/sinks/samples.h"

namespace waybill::tools {
namespace {

struct SampleOptions {
  std::string format;
  std::string kind;
};

std::vector<std::string> format_words() {
  std::vector<std::string> out;
  for (const stream::Format format : stream::kFormats) out.emplace_back(word(format));
  return out;
}

std::vector<std::string> kind_words() {
  std::vector<std::string> out;
  for (const schemas::KindTraits& kind : schemas::kKinds) out.emplace_back(kind.word);
  return out;
}

int print_samples(const SampleOptions& options) {
  const stream::Format format = *stream::find_format(options.format);
  for (const std::string& record : sample_records(format, options.kind, runtime::kRelease)) {
    std::printf("%s\n", record.c_str());
  }
  return app::kExitOk;
}

}  // namespace

void add_sink(app::Command root) {
  app::Command sink = root.add_command("sink", "See what is sent to a SIEM");
  sink.needs_subcommand();
  auto options = std::make_shared<SampleOptions>();
  app::Command sample = sink.add_command(
      "sample", "Print a record of each kind of event, as a sink of that format sends it");
  sample.add("--format", options->format, "In whose words").one_of(format_words()).required();
  sample.add("--kind", options->kind, "Of this kind alone").one_of(kind_words());
  sample.footer(
      "A parser or a dashboard can be built on these before any mail has come.\n"
      "What each field means: docs/sinks.md.");
  sample.runs([options] { return print_samples(*options); });
}

}  // namespace waybill::tools

// Manual pages (man(7) of groff and mandoc) from the texts that --help shows. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "app/command/tree.h"

namespace waybill::tools {

struct ManPage {
  std::string name;  // "waybill-trace.1"
  std::string text;
};

// waybill(1), and a page for each of its commands with those below it. `release`: "0.1.0".
std::vector<ManPage> man_pages(const app::CommandNode& program, const std::string& release);

}  // namespace waybill::tools

// The subcommands for people who look at a running Waybill, or try it out.
#pragma once

#include "app/command/command_line.h"

namespace waybill::tools {

void add_trace(app::Command root);
void add_token(app::Command root);
void add_access(app::Command root);
void add_export(app::Command root);
void add_sink(app::Command root);
void add_doctor(app::Command root);
void add_dustbin(app::Command root);
void add_completion(app::Command root);
void add_man(app::Command root);

}  // namespace waybill::tools

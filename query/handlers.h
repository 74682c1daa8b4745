// The handlers of the house. `parts` outlives each.
#pragma once

#include <memory>

#include "query/handler.h"
#include "query/server.h"

namespace waybill::query {

std::unique_ptr<Handler> history_handler(const ServerParts& parts);
std::unique_ptr<Handler> delivery_handler(const ServerParts& parts);
std::unique_ptr<Handler> message_handler(const ServerParts& parts);
std::unique_ptr<Handler> messages_handler(const ServerParts& parts);
std::unique_ptr<Handler> counters_handler(const ServerParts& parts);
std::unique_ptr<Handler> return_path_handler(const ServerParts& parts);
std::unique_ptr<Handler> turn_handler(const ServerParts& parts);
std::unique_ptr<Handler> live_handler();
std::unique_ptr<Handler> ready_handler(const ServerParts& parts);
std::unique_ptr<Handler> metrics_handler(const ServerParts& parts);

}  // namespace waybill::query

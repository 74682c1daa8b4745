// A question of this API that is a part of another one: asked of its handler, for the same asker,
// so that the whole sees nothing that its asker could not ask for.
#pragma once

#include <string>
#include <vector>

#include "http/handler.h"
#include "query/sources.h"

namespace waybill::query {

// `target`: "/v1/deliveries/019c...", of which `captured` is what its route captures. Blocks: call
// it in a Read.
http::Response ask_inside(const Sources& sources, const http::Request& whole,
                          const std::string& target, std::vector<std::string> captured,
                          http::Plan (*plan)(const Sources&, const http::Request&));

}  // namespace waybill::query

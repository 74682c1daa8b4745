// W3C Trace Context (traceparent 00). Pure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/chance.h"

namespace waybill::http {

// "00-<32 hex>-<16 hex>-<2 hex>", lower case, neither id all zero (W3C Trace Context 3.2.2).
bool is_traceparent(std::string_view text);

// A trace of its own.
std::string new_traceparent(runtime::Chance& chance);

}  // namespace waybill::http

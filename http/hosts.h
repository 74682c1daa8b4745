// Hosts: which Host a request may name.
#pragma once

namespace waybill::http {

// local: this machine alone, because nothing asks who is calling (local_host.h). any: whoever calls
// proves himself.
enum class Hosts { local, any };

}  // namespace waybill::http

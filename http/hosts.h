// Hosts: which Host a request may name.
#pragma once

namespace waybill::http {

// local: this machine alone, because nothing authenticates the client (local_host.h). any: each
// request carries a secret.
enum class Hosts { local, any };

}  // namespace waybill::http

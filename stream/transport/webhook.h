// The transport to a webhook: one signed POST for each batch (Standard Webhooks).
//
//   one record   {"type": "waybill.delivery.accepted", "timestamp": "...Z", "data": {record}}
//                webhook-id: the record's id
//   several      {"type": "waybill.events", "timestamp": of the last, "data": [{"id", "type",
//                "timestamp", "data"}, ...]}; webhook-id: "batch_" and a digest of their ids
//
// The id and the body are the same at every attempt, the time in webhook-timestamp and with it the
// signature is that of the attempt. Any 2xx confirms: Grade::taken.
//
// An address of the URL's host that is not of the public Internet is not dialled, unless
// `allow_private` names the host, or a network that it is in. That is held where the connection is
// made, so that no answer of DNS goes past it, and redirects are not followed. Through a proxy it
// is the proxy that dials: only a URL that has an address in it is held then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "stream/transport/http_way.h"
#include "stream/transport/transport.h"
#include "stream/transport/webhook_signature.h"

namespace waybill::stream {

struct WebhookSettings {
  HttpWaySettings way{};  // never packed: a receiver verifies the octets that it unpacked
  // The newest first; two while one replaces the other. At least one.
  std::vector<WebhookSecret> secrets{};
  std::vector<std::string> allow_private{};  // "siem.example", "10.0.0.0/8"
  // The specification wants bodies below 20 kB.
  BatchBounds bounds{.records = 1, .octets = 20'000};
};

// Records are objects of JSON. Errors as HttpWay::make(), and invalid for an entry of
// `allow_private` that is neither a host nor a network.
runtime::Explained<std::unique_ptr<Transport>> make_webhook(WebhookSettings settings,
                                                            const runtime::Clock& clock);

}  // namespace waybill::stream

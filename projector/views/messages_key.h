// The table `messages` and its keys:
//
//   'm' | message id 16 | index 8          of events that no delivery's row has (messages.h)
//   'r' | SHA-256(RFC 5322 Message-ID)[0..8) | ~message id 16
//
// A message id is a UUIDv7: its complement sorts the newest message first and is unique as well.
// Two Message-IDs may share a hash: who reads looks at the acceptance.
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "projector/rows/key_codec.h"
#include "projector/rows/table.h"
#include "schemas/ordinal.h"

namespace waybill::projector {

inline constexpr std::size_t kMessageIdHash = 8;

inline constexpr TableTraits kMessagesTable{.table = Table::messages,
                                            .name = "messages",
                                            .is_view = true,
                                            .writes = Writes::lines,
                                            .buffer_sixteenths = 3,
                                            .filter_prefix = 1 + kMessageIdHash,
                                            // Some two rows of 60 octets.
                                            .octets_per_place = 128};

// RFC 5322 3.6.4: `<left@right>`, taken without the angle brackets and the white space and
// comments around them.
std::string_view bare_message_id(std::string_view message_id);

// Keys without and with their last part; ids are 16 octets.
std::string message_prefix(std::string_view message_id);
std::string message_key(std::string_view message_id, schemas::EventIndex index);
void append_message_key(std::string& out, std::string_view message_id, schemas::EventIndex index);
std::string rfc5322_prefix(std::string_view rfc5322_message_id);
std::string rfc5322_key(std::string_view rfc5322_message_id, std::string_view message_id);
void append_rfc5322_key(std::string& out, std::string_view rfc5322_message_id,
                        std::string_view message_id);
// The message id at the end of such a key.
std::string message_id_of_rfc5322_key(std::string_view key);

}  // namespace waybill::projector

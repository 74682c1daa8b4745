// SmtpScript: an SMTP session as a transcript that is both the test and its expectation.
//
//   C: what the client sends, CRLF added. Escapes: \r \n \0 \xHH \\; a \c at the end: no CRLF.
//   S: what the server answers to all C: lines above it.
//   D: what the driver was asked meanwhile (SmtpPlayer::seen()).
// C: lines that stand together are sent together: that is pipelining. The greeting is an S: line
// before the first C:.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/smtp_player.h"

namespace waybill::tests {

struct SmtpTurn {
  std::string sent;
  std::vector<std::string> replies;
  std::vector<std::string> seen;
};

inline std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char what = text[++i];
    if (what == 'c') return out;
    if (what == 'r') out += '\r';
    if (what == 'n') out += '\n';
    if (what == '0') out += '\0';
    if (what == '\\') out += '\\';
    if (what == 'x') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    }
  }
  return out += "\r\n";
}

inline std::vector<std::string> split_lines(std::string_view text, std::string_view end) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t at = text.find(end);
    lines.emplace_back(text.substr(0, at));
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  }
  return lines;
}

// The first turn is the greeting: it sends nothing.
inline std::vector<SmtpTurn> read_script(std::string_view script) {
  std::vector<SmtpTurn> turns(1);
  bool sending = false;
  for (const std::string& line : split_lines(script, "\n")) {
    if (line.empty()) continue;
    const std::string_view text =
        std::string_view(line).substr(std::min<std::size_t>(3, line.size()));
    const bool sends = line[0] == 'C';
    if (sends && !sending) turns.emplace_back();
    sending = sends;
    if (sends) turns.back().sent += unescape(text);
    if (line[0] == 'S') turns.back().replies.emplace_back(text);
    if (line[0] == 'D') turns.back().seen.emplace_back(text);
  }
  return turns;
}

// Each turn sent in one piece, each answered as written.
inline void expect_script(const std::vector<SmtpTurn>& turns, SmtpPlayer player) {
  std::size_t seen = 0;
  for (const SmtpTurn& turn : turns) {
    const std::string output = turn.sent.empty() ? player.greet() : player.say(turn.sent);
    EXPECT_EQ(split_lines(output, "\r\n"), turn.replies) << "after: " << turn.sent;
    const std::vector<std::string> now(player.seen().begin() + static_cast<long>(seen),
                                       player.seen().end());
    EXPECT_EQ(now, turn.seen) << "after: " << turn.sent;
    seen = player.seen().size();
  }
}

// Every turn cut into two at octet `at` (where it is that long), or into single octets (0).
inline void expect_script_cut(const std::vector<SmtpTurn>& turns, SmtpPlayer player,
                              std::size_t at) {
  std::string output;
  std::vector<std::string> replies;
  std::vector<std::string> seen;
  for (const SmtpTurn& turn : turns) {
    replies.insert(replies.end(), turn.replies.begin(), turn.replies.end());
    seen.insert(seen.end(), turn.seen.begin(), turn.seen.end());
    if (turn.sent.empty()) output += player.greet();
    std::string_view rest = turn.sent;
    for (bool first = true; !rest.empty(); first = false) {
      const std::size_t step = at == 0 ? 1 : first ? at : rest.size();
      output += player.say(rest.substr(0, step));
      rest.remove_prefix(std::min(step, rest.size()));
    }
  }
  EXPECT_EQ(split_lines(output, "\r\n"), replies) << "cut at " << at;
  EXPECT_EQ(player.seen(), seen) << "cut at " << at;
}

}  // namespace waybill::tests

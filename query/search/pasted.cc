#include "query/search/pasted.h"

#include <algorithm>
#include <array>

#include "query/search/shapes.h"
#include "query/search/writing.h"
#include "runtime/ascii.h"

namespace waybill::query::search {
namespace {

namespace ascii = runtime::ascii;

std::optional<runtime::Network> single_address(const Piece& piece) {
  const auto network = network_in(piece);
  if (!network || !network->is_single()) return std::nullopt;
  return *network;
}

// A logical line: a field with its folded lines, or a line of other text.
struct Line {
  std::string name;  // in lower case; empty: other text
  std::string body;  // unfolded
  Span at;
};

// The name of the field that begins the line; empty: none does.
std::string field_name(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string_view name = line.substr(0, colon);
  const auto fits = [](char c) { return ascii::is_alphanumeric(c) || c == '-' || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), fits)) return {};
  // "https://..." is text.
  if (line.substr(colon + 1).starts_with("//")) return {};
  return ascii::lower(name);
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const bool blank = line.find_first_not_of(' ') == std::string_view::npos;
    if (!blank && line.front() == ' ' && !out.empty() && !out.back().name.empty()) {
      out.back().body += line;
      out.back().at.length = end - out.back().at.at;
    } else if (!blank) {
      const std::string name = field_name(line);
      const std::size_t body = name.empty() ? 0 : name.size() + 1;
      out.push_back({name, std::string(line.substr(body)), Span{begin, end - begin}});
    }
    begin = end + 1;
  }
  return out;
}

// What stands between blanks and commas, without punctuation around it.
std::vector<std::string> words_of(std::string_view body) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t front = body.find_first_not_of(" ,;");
    if (front == std::string_view::npos) return out;
    body.remove_prefix(front);
    const std::size_t length = std::min(body.find_first_of(" ,;"), body.size());
    std::string_view word = body.substr(0, length);
    while (!word.empty() && std::string_view("\"'()").find(word.front()) != word.npos) {
      word.remove_prefix(1);
    }
    while (!word.empty() && std::string_view("\"'().:").find(word.back()) != word.npos) {
      word.remove_suffix(1);
    }
    if (!word.empty()) out.emplace_back(word);
    body.remove_prefix(length);
  }
}

// The texts of all <...>, which hold no blank.
std::vector<std::string> bracketed(std::string_view body) {
  std::vector<std::string> out;
  for (std::size_t open = body.find('<'); open != body.npos; open = body.find('<', open + 1)) {
    const std::size_t end = body.find_first_of("> ", open);
    if (end != body.npos && body[end] == '>')
      out.emplace_back(body.substr(open + 1, end - open - 1));
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const Context& context) : context_(context) {}

  Read<Pasted> run(std::string_view text) {
    for (const Line& line : lines_of(text)) {
      const std::size_t before = found_;
      read(line);
      if (found_ == before) leave(line);
    }
    if (out_.offers.empty()) {
      return Fault{Wrong::nothing_found,
                   "In these lines nothing was found that can be searched for: no Message-ID, no "
                   "address, no IP address.",
                   Span{0, text.size()}, std::nullopt};
    }
    add_notes();
    return std::move(out_);
  }

 private:
  void offer(std::string label, std::vector<Term> any_of, const Line& line) {
    ++found_;
    std::string query =
        written(Condition{Sense::is, std::move(any_of), {}}, Times::pinned, context_);
    const auto same = std::find_if(out_.offers.begin(), out_.offers.end(),
                                   [&](const Offer& other) { return other.query == query; });
    if (same != out_.offers.end()) {
      same->spans.push_back(line.at);
    } else if (out_.offers.size() == kMaxOffers) {
      beyond_.push_back(line.at);
    } else {
      out_.offers.push_back({std::move(label), std::move(query), {line.at}});
    }
  }

  void leave(const Line& line) {
    (line.name.empty() ? other_text_ : other_fields_).push_back(line.at);
    const std::string name = line.name.empty() ? "" : line.name;
    if (!name.empty() && std::find(names_.begin(), names_.end(), name) == names_.end()) {
      names_.push_back(name);
    }
  }

  void read(const Line& line) {
    const std::string& name = line.name;
    if (name.empty()) return other_text(line);
    if (name == "message-id") return message_id(line);
    if (name == "return-path") return return_path(line);
    if (name == "from") return addresses(line, Role::sender, "From");
    if (name == "received") return received(line);
    for (const char* const to : {"to", "delivered-to", "x-original-to", "envelope-to"}) {
      if (name == to) return addresses(line, Role::recipient, "To");
    }
  }

  void message_id(const Line& line) {
    auto found = bracketed(line.body);
    if (found.empty()) found = words_of(line.body);
    for (const std::string& text : found) {
      if (auto id = message_id_of(text)) return offer("Message-ID", {std::move(*id)}, line);
    }
  }

  void return_path(const Line& line) {
    const auto found = bracketed(line.body);
    if (found.empty()) return addresses(line, Role::sender, "Return-Path");
    if (found.front().empty()) return offer("Return-Path", {NullSenderTerm{}}, line);
    const auto address = address_of(found.front());
    if (!address) return;
    if (auto ours = return_path_of(*address)) {
      return offer("Return-Path", {std::move(*ours)}, line);
    }
    offer("Return-Path", {AddressTerm{*address, Role::sender}}, line);
  }

  void addresses(const Line& line, Role role, const std::string& label) {
    auto found = bracketed(line.body);
    if (found.empty()) found = words_of(line.body);
    for (const std::string& text : found) {
      if (const auto address = address_of(text)) offer(label, {AddressTerm{*address, role}}, line);
    }
  }

  // RFC 5321 4.4: the client's address in brackets, and for whom it was.
  void received(const Line& line) {
    const std::string_view body = line.body;
    for (std::size_t open = body.find('['); open != body.npos; open = body.find('[', open + 1)) {
      const std::size_t end = std::min(body.find(']', open), body.size());
      const Piece piece{std::string(body.substr(open, end + 1 - open)), false, line.at};
      const auto network = single_address(piece);
      if (network) offer("Received", {NetworkTerm{*network, Side::any}}, line);
    }
    const std::size_t whom = body.find(" for <");
    if (whom == body.npos) return;
    const auto found = bracketed(body.substr(whom));
    if (found.empty()) return;
    if (const auto address = address_of(found.front())) {
      offer("Received for", {AddressTerm{*address, Role::recipient}}, line);
    }
  }

  void other_text(const Line& line) {
    for (const std::string& word : words_of(line.body)) {
      const Piece piece{word, false, line.at};
      const auto inner = peeled(piece);
      if (!inner) continue;
      const std::string& text = inner->text;
      if (const auto id = id_of(text)) offer("id", {*id}, line);
      if (means_network(text)) {
        const auto network = single_address(Piece{text, false, line.at});
        if (network) offer("ip", {NetworkTerm{*network, Side::any}}, line);
      } else if (const auto address = address_of(text)) {
        mailbox(*address, text, line);
      }
    }
  }

  void mailbox(const schemas::Address& address, const std::string& text, const Line& line) {
    if (auto ours = return_path_of(address)) return offer("return path", {*ours}, line);
    const std::size_t at = text.rfind('@');
    const bool as_typed = ascii::is_ascii(std::string_view(text).substr(at));
    offer("address",
          {AddressTerm{address, Role::any}, MessageIdTerm{as_typed ? text : address.text()}}, line);
  }

  void add_notes() {
    if (!other_fields_.empty()) {
      std::string words = "Fields that are not searched were left aside:";
      constexpr std::size_t kNamed = 8;
      for (std::size_t i = 0; i < std::min(names_.size(), kNamed); ++i) {
        words += (i == 0 ? " " : ", ") + names_[i];
      }
      if (names_.size() > kNamed) {
        words += " and " + std::to_string(names_.size() - kNamed) + " more";
      }
      out_.notes.push_back({words + '.', std::move(other_fields_)});
    }
    if (!other_text_.empty()) {
      out_.notes.push_back(
          {"Lines without an address or an id were left aside.", std::move(other_text_)});
    }
    if (!beyond_.empty()) {
      out_.notes.push_back(
          {"More was found than the " + std::to_string(kMaxOffers) + " things that are offered.",
           std::move(beyond_)});
    }
  }

  const Context& context_;
  Pasted out_;
  std::size_t found_ = 0;
  std::vector<Span> other_fields_;
  std::vector<Span> other_text_;
  std::vector<Span> beyond_;
  std::vector<std::string> names_;
};

}  // namespace

bool is_pasted(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) return true;
  const std::string name = field_name(text);
  if (name == "return-path" || name == "received") return true;
  constexpr auto kHeader = std::to_array<std::string_view>({"message-id", "from", "to"});
  const bool known = std::find(kHeader.begin(), kHeader.end(), name) != kHeader.end();
  // Without a blank it is a field of ours.
  return known && text.size() > name.size() + 1 && text[name.size() + 1] == ' ';
}

Read<Pasted> read_pasted(std::string_view text, const Context& context) {
  return Reader(context).run(text);
}

}  // namespace waybill::query::search
